using Confluent.Kafka;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Kafka;

/// <summary>
/// Runs sessions against Kafka one after the other on a thread of their own: one that fails is begun anew after a pause,
/// until nothing has worked for too long.
/// </summary>
internal sealed partial class KafkaSessions(string name, TimeSpan patience, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private long _worked;

    /// <summary>To be called whenever a session got somewhere.</summary>
    public void Worked() => Volatile.Write(ref _worked, time.GetTimestamp());

    public Task RunAsync(Action<CancellationToken> session, CancellationToken cancellation) => OwnThread.Run(name, () => Run(session, cancellation));

    private void Run(Action<CancellationToken> session, CancellationToken cancellation)
    {
        Worked();
        var pause = FirstPause;
        while (!cancellation.IsCancellationRequested)
        {
            var before = Volatile.Read(ref _worked);
            try
            {
                session(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException fault)
            {
                if (time.GetElapsedTime(Volatile.Read(ref _worked)) > patience)
                {
                    throw new ServiceUnreachableException($"Kafka has failed the {name} for {patience.TotalMinutes:0.#} minutes: {fault.Error.Reason}", fault);
                }

                pause = Volatile.Read(ref _worked) > before ? FirstPause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
                LogAgain(logger, name, fault.Error.Reason, pause.TotalSeconds);
                cancellation.WaitHandle.WaitOne(pause);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: {Reason}; beginning anew in {Seconds} s")]
    private static partial void LogAgain(ILogger logger, string name, string reason, double seconds);
}
