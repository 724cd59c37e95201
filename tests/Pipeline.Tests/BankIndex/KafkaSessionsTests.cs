using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests.BankIndex;

public sealed class KafkaSessionsTests
{
    private static readonly KafkaException Down = new(new Error(ErrorCode.Local_AllBrokersDown));

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Run_FailsForLongerThanItsPatience_GivesUpAndNamesIt()
    {
        var fault = await Assert.ThrowsAsync<ServiceUnreachableException>(() => Sessions().RunAsync(
            _ =>
            {
                _time.Advance(TimeSpan.FromMinutes(3));
                throw Down;
            },
            TestContext.Current.CancellationToken));
        Assert.Contains("reading", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FailsAfterADayThatWorked_BeginsAnew()
    {
        using var stop = new CancellationTokenSource();
        var sessions = Sessions();
        var begun = 0;
        await sessions.RunAsync(
            _ =>
            {
                if (++begun == 2)
                {
                    stop.Cancel();
                    return;
                }

                sessions.Worked();
                _time.Advance(TimeSpan.FromDays(1));
                throw Down;
            },
            stop.Token);
        Assert.Equal(2, begun);
    }

    [Fact]
    public async Task Run_FaultThatIsABug_IsNotRepeated() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Sessions().RunAsync(_ => throw new InvalidOperationException(), TestContext.Current.CancellationToken));

    private KafkaSessions Sessions() => new("reading", TimeSpan.FromMinutes(5), _time, NullLogger.Instance);
}
