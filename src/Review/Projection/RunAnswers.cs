using System.Globalization;
using StackExchange.Redis;

namespace Vigil.Review.Projection;

/// <summary>What Redis said to several runs that were in flight together.</summary>
internal sealed class RunAnswers
{
    public ReadEnd? End { get; private set; }

    /// <summary>A generation about to be served makes live readers wait.</summary>
    public bool Held { get; private set; }

    /// <summary>By partition: where Redis is, if it is not where the reader thought. The first word counts: what was sent after is turned away too.</summary>
    public Dictionary<int, long> Moved { get; } = [];

    public bool AreWell => End is null && Moved.Count == 0;

    /// <returns>Records that broke the script and were left out.</returns>
    public IEnumerable<(long Offset, string Fault)> Add(LogRun run, RedisResult answer)
    {
        switch ((string?)answer[0])
        {
            case "applied":
                return Enumerable.Range(0, answer[1].Length).Select(i => (run.OffsetOf((int)answer[1][i][0]), (string)answer[1][i][1]!));
            case "held":
                Held = true;
                Moved.TryAdd(run.Partition, long.Parse((string)answer[1]!, CultureInfo.InvariantCulture));
                break;
            case "moved":
                Moved.TryAdd(run.Partition, long.Parse((string)answer[1]!, CultureInfo.InvariantCulture));
                break;
            case "none":
                End ??= ReadEnd.NoPosition;
                break;
            default:
                End ??= ReadEnd.OtherGeneration;
                break;
        }

        return [];
    }

    public static bool IsApplied(RedisResult answer) => (string?)answer[0] == "applied";
}
