namespace Vigil.Review;

/// <summary>
/// Krippendorff's alpha for nominal data, any number of observers and missing values: 1 is agreement, 0 what chance gives. After
/// K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011.
/// </summary>
internal static class Agreement
{
    private const int Samples = 1_000;
    private const double Tail = 0.025;

    /// <param name="units">Of each unit the values it was given; those with fewer than two say nothing.</param>
    /// <returns>Null: undefined, since no two values differ or none can be paired.</returns>
    public static double? Alpha(IReadOnlyList<IReadOnlyList<string>> units) => Alpha(units, [.. Enumerable.Repeat(1, units.Count)]);

    /// <summary>Where alpha lies in 95 of 100 samples drawn from the units, with replacement: the same for the same units.</summary>
    /// <returns>Null: undefined in too many of them.</returns>
    public static (double Low, double High)? Interval(IReadOnlyList<IReadOnlyList<string>> units)
    {
        // Units that say the same are counted, not gone through one by one: there are few kinds and may be thousands of each.
        var kinds = units.DistinctBy(NameOf).ToList();
        var places = kinds.Select(NameOf).Index().ToDictionary(kind => kind.Item, kind => kind.Index);
        var kindOf = units.Select(unit => places[NameOf(unit)]).ToArray();
        var random = new Random(units.Count);
        var alphas = new List<double>(Samples);
        for (var i = 0; i < Samples; i++)
        {
            var times = new int[kinds.Count];
            foreach (var _ in units)
            {
                times[kindOf[random.Next(units.Count)]]++;
            }

            if (Alpha(kinds, times) is { } alpha)
            {
                alphas.Add(alpha);
            }
        }

        alphas.Sort();
        return alphas.Count > Samples / 2 ? (alphas[(int)(Tail * alphas.Count)], alphas[(int)((1 - Tail) * alphas.Count)]) : null;
    }

    private static double? Alpha(IReadOnlyList<IReadOnlyList<string>> kinds, int[] times)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        double disagreeing = 0, total = 0;
        foreach (var (place, unit) in kinds.Index().Where(kind => kind.Item.Count > 1))
        {
            foreach (var (value, count) in unit.CountBy(value => value))
            {
                counts[value] = counts.GetValueOrDefault(value) + ((double)times[place] * count);
                disagreeing += (double)times[place] * count * (unit.Count - count) / (unit.Count - 1);
            }

            total += (double)times[place] * unit.Count;
        }

        var expected = counts.Values.Sum(count => count * (total - count));
        return expected > 0 ? 1 - ((total - 1) * disagreeing / expected) : null;
    }

    private static string NameOf(IReadOnlyList<string> unit) => string.Join('\n', unit);
}

/// <summary>How far two reviewers, each without knowing of the other, say the same of a queue's items.</summary>
/// <param name="Pairs">Items that were judged twice in the last 29 days.</param>
/// <param name="Alike">Of them, those whose verdicts are the same.</param>
/// <param name="Alpha">Krippendorff's; null where it is not defined: all verdicts are the same.</param>
public sealed record QueueAgreement(string Queue, int Pairs, int Alike, double? Alpha, double? Low, double? High)
{
    internal static QueueAgreement Of(string queue, IReadOnlyList<IReadOnlyList<string>> units)
    {
        var interval = Agreement.Interval(units);
        return new(queue, units.Count, units.Count(unit => unit[0] == unit[1]), Agreement.Alpha(units), interval?.Low, interval?.High);
    }
}
