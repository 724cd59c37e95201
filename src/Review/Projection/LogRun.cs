using System.Globalization;
using StackExchange.Redis;

namespace Vigil.Review.Projection;

/// <summary>A record as arguments of its apply script.</summary>
/// <param name="Id">Content id.</param>
/// <param name="Values">What the script says a record has, in its order.</param>
/// <param name="Shared">What many records have in common, under the name they refer to it by; sent once in a run.</param>
internal sealed record Projected(string Id, RedisValue[] Values, (byte[] Name, byte[] Part)? Shared = null);

/// <summary>
/// Consecutive records of one partition that one script call applies, each by a compare-and-set of its own. Bounded, since
/// Redis serves nobody else meanwhile.
/// </summary>
internal sealed class LogRun(int partition, long expected)
{
    // About two milliseconds of Redis.
    private const int MostRecords = 64;
    private const int MostBytes = 256 * 1024;

    private readonly List<RedisValue> _values = new(MostRecords * 8);
    private readonly Dictionary<string, (byte[] Name, byte[] Part)> _shared = new(StringComparer.Ordinal);
    private readonly List<long> _offsets = new(MostRecords);
    private int _bytes;

    public int Partition => partition;

    public bool IsFull => _offsets.Count >= MostRecords || _bytes >= MostBytes;

    /// <summary>Time of the last record, 0: there is none but ends of the partition.</summary>
    public long LastTimeMs { get; private set; }

    /// <summary>Set when the run has been sent.</summary>
    public Task<RedisResult> Reply { get; set; } = null!;

    /// <summary>Moves the position and no more: the end of the partition, or a record that cannot be read.</summary>
    /// <param name="next">Position after it.</param>
    public void Pass(long offset, long next, long? timeMs)
    {
        _offsets.Add(offset);
        LastTimeMs = timeMs ?? LastTimeMs;
        _values.Add(Text(next));
        _values.Add("");
    }

    public void Add(long offset, long next, long timeMs, int bytes, Projected record)
    {
        _offsets.Add(offset);
        _bytes += bytes;
        LastTimeMs = timeMs;
        _values.Add(Text(next));
        _values.Add(record.Id);
        _values.AddRange(record.Values);
        if (record.Shared is { } shared)
        {
            _shared.TryAdd(Convert.ToHexString(shared.Name), shared);
        }
    }

    /// <summary>Offset of a record by its number in the run, from 1.</summary>
    public long OffsetOf(int number) => _offsets[number - 1];

    /// <param name="field">Name of the partition's position.</param>
    /// <param name="passed">Log time both topics have passed.</param>
    public RedisValue[] Arguments(string generation, bool live, string field, long passed) =>
    [
        generation,
        live ? "1" : "0",
        field,
        Text(expected),
        Text(passed),
        Text(_shared.Count),
        .. _shared.Values.SelectMany(shared => new RedisValue[] { shared.Name, shared.Part }),
        .. _values,
    ];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
