using Confluent.Kafka;

namespace Vigil.Review.Projection;

/// <summary>
/// Which log time both topics have passed: the oldest over all partitions of the last record applied or, where nothing
/// waits, of the moment that was seen. Only what both topics have passed may be forgotten.
/// </summary>
internal sealed class LogTimes(TopicDirectory directory, Func<Task<DateTimeOffset>> clock)
{
    // A broker's clock may be behind Redis': what is appended later never carries an earlier time than this before.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    private LogReader[] _readers = [];
    private long _passed;

    public void Follow(params LogReader[] readers) => Volatile.Write(ref _readers, readers);

    /// <summary>Unix milliseconds; 0 before the first look.</summary>
    public long Passed() => Volatile.Read(ref _passed);

    /// <summary>Looks at the ends of both topics.</summary>
    /// <returns>False: there is no reader yet.</returns>
    public async Task<bool> LookAsync()
    {
        var readers = Volatile.Read(ref _readers);
        if (readers.Length == 0)
        {
            return false;
        }

        var now = (await clock() - ClockSkew).ToUnixTimeMilliseconds();
        var ends = await directory.EndsAsync(readers.Select(reader => reader.Topic), IsolationLevel.ReadUncommitted);
        var passed = ends.Min(end =>
        {
            var reader = readers.First(candidate => candidate.Topic.Name == end.Key.Topic);
            return reader.PositionOf(end.Key.Partition) >= end.Value ? now : reader.TimeOf(end.Key.Partition);
        });
        Volatile.Write(ref _passed, Math.Max(Passed(), passed));
        return true;
    }
}
