using Confluent.Kafka;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Kafka;

/// <summary>
/// Runs sessions against Kafka one after the other on a thread of their own: one that fails is begun anew after a pause,
/// until they have failed for too long without one that got anywhere.
/// </summary>
internal sealed partial class KafkaSessions(string name, TimeSpan patience, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private bool _worked;

    /// <summary>To be called, on the session's thread, whenever a session got somewhere.</summary>
    public void Worked() => _worked = true;

    public Task RunAsync(Action<CancellationToken> session, CancellationToken cancellation) => OwnThread.Run(name, () => Run(session, cancellation));

    private void Run(Action<CancellationToken> session, CancellationToken cancellation)
    {
        var pause = FirstPause;
        var failingSince = time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                _worked = false;
                session(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException fault)
            {
                if (_worked)
                {
                    failingSince = time.GetTimestamp();
                    pause = FirstPause;
                }
                else if (time.GetElapsedTime(failingSince) > patience)
                {
                    throw new ServiceUnreachableException($"Kafka has failed the {name} for {patience.TotalMinutes:0.#} minutes: {fault.Error.Reason}", fault);
                }

                LogAgain(logger, name, fault.Error.Reason, pause.TotalSeconds);
                cancellation.WaitHandle.WaitOne(pause);
                pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: {Reason}; beginning anew in {Seconds} s")]
    private static partial void LogAgain(ILogger logger, string name, string reason, double seconds);
}
