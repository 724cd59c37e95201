using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>
/// One transaction call under the watchdog, by error class: what can be repeated is repeated until the limit, what asks for
/// an abort is thrown on, and what is fatal becomes <see cref="WorkerStoppedException"/>.
/// </summary>
/// <param name="patience">How long a call that can be repeated is repeated.</param>
internal sealed class TransactionCalls(string transactionalId, Watchdog watchdog, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A call that may not be repeated.</summary>
    public void RunOnce(string name, Action call)
    {
        try
        {
            watchdog.Guard(name, call);
        }
        catch (KafkaException fault) when (fault.Error.IsFatal || IsFenced(fault))
        {
            throw new WorkerStoppedException(Explain(name, fault), fault);
        }
    }

    public void Run(string name, Action call)
    {
        var since = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks)))
        {
            var began = time.GetTimestamp();
            try
            {
                RunOnce(name, call);
                return;
            }
            catch (KafkaException fault) when (IsRepeatable(fault) && time.GetElapsedTime(since) < patience)
            {
                CancellationToken.None.WaitHandle.WaitOne(pause);
                IngestTelemetry.BackedOff("producer", name, time.GetElapsedTime(began));
            }
            catch (KafkaException fault) when (IsRepeatable(fault) || name is "InitTransactions" or "AbortTransaction")
            {
                throw new WorkerStoppedException(Explain(name, fault), fault);
            }
        }
    }

    // The client may call it abortable; but whoever took the name keeps it, and every further try would be fenced again.
    public static bool IsFenced(KafkaException fault) => fault.Error.Code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced;

    // A message that timed out asks for an abort under the same code as a call that did.
    private static bool IsRepeatable(KafkaException fault) =>
        fault is not KafkaTxnRequiresAbortException && (fault is KafkaRetriableException || fault.Error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_QueueFull);

    private string Explain(string name, KafkaException fault) => fault.Error.Code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch
        ? $"{name}: another worker runs as {transactionalId} (fenced). Give every worker its own Ingest:Instance."
        : $"{name} failed for good ({fault.Error.Code}): {fault.Error.Reason}";
}
