using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Vigil.Ingest.Tests.Outcomes;

/// <summary>Pitfall 40: retriable repeats, abortable is handed on, fatal stops the worker.</summary>
public sealed class TransactionCallsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Run_TimedOutThenDone_IsRepeated()
    {
        var calls = 0;
        Calls().Run("CommitTransaction", () =>
        {
            if (++calls < 3)
            {
                throw new KafkaException(new Error(ErrorCode.Local_TimedOut));
            }
        });

        Assert.Equal(3, calls);
    }

    [Fact]
    public void Run_Repeated_CountsTheTimeItLost()
    {
        var lost = 0.0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "vigil.kafka.backoff")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            if (tags.Contains(new("operation", "lost time")))
            {
                lost += seconds;
            }
        });
        listener.Start();
        var calls = 0;

        Calls().Run("lost time", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(7));
            if (++calls < 3)
            {
                throw new KafkaException(new Error(ErrorCode.Local_TimedOut));
            }
        });

        Assert.Equal(14, lost);
    }

    [Fact]
    public void Run_NeverDone_StopsTheWorkerAtTheLimit()
    {
        var fault = Assert.Throws<WorkerStoppedException>(() => Calls().Run("CommitTransaction", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(7));
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut));
        }));

        Assert.Contains("CommitTransaction", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Fenced_StopsTheWorkerAndNamesTheId()
    {
        var fault = Assert.Throws<WorkerStoppedException>(() => Calls().Run("BeginTransaction", () => throw new KafkaException(new Error(ErrorCode.Local_Fenced, "fenced", isFatal: true))));

        Assert.Contains("worker-7", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Produce", ErrorCode.Local_Fenced)]
    [InlineData("SendOffsetsToTransaction", ErrorCode.Local_Fenced)]
    [InlineData("SendOffsetsToTransaction", ErrorCode.ProducerFenced)]
    [InlineData("CommitTransaction", ErrorCode.Local_Fenced)]
    public void Run_FencedButCalledAbortable_StopsTheWorkerAtOnce(string call, ErrorCode code)
    {
        var calls = 0;
        var fault = Assert.Throws<WorkerStoppedException>(() => Calls().Run(call, () =>
        {
            calls++;
            throw new KafkaTxnRequiresAbortException(new Error(code));
        }));

        Assert.Equal(1, calls);
        Assert.Contains("Ingest:Instance", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.IllegalGeneration)]
    [InlineData(ErrorCode.Local_TimedOut)]
    public void Run_AskingForAnAbort_IsHandedOn(ErrorCode code)
    {
        var calls = 0;
        Assert.Throws<KafkaTxnRequiresAbortException>(() => Calls().Run("SendOffsetsToTransaction", () =>
        {
            calls++;
            throw new KafkaTxnRequiresAbortException(new Error(code));
        }));

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Run_AbortThatFails_StopsTheWorker() =>
        Assert.Throws<WorkerStoppedException>(() => Calls().Run("AbortTransaction", () => throw new KafkaException(new Error(ErrorCode.InvalidTxnState))));

    /// <summary>Pitfall 39: a call that never returns is ended with its process, whatever its own time-out says.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_CallThatHangs_EndsTheProcess(bool mayRepeat)
    {
        List<string> ended = [];
        var calls = new TransactionCalls("worker-7", new(TimeSpan.FromSeconds(30), _time, ended.Add, NullLogger<Watchdog>.Instance), TimeSpan.FromSeconds(30), _time);
        void Hang() => _time.Advance(TimeSpan.FromSeconds(31));

        if (mayRepeat)
        {
            calls.Run("SendOffsetsToTransaction", Hang);
        }
        else
        {
            calls.RunOnce("Produce", Hang);
        }

        Assert.Contains(mayRepeat ? "SendOffsetsToTransaction" : "Produce", Assert.Single(ended), StringComparison.Ordinal);
    }

    private TransactionCalls Calls() => new("worker-7", new(TimeSpan.FromSeconds(30), TimeProvider.System, _ => { }, NullLogger<Watchdog>.Instance), TimeSpan.FromSeconds(30), _time);
}
