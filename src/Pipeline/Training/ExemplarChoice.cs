using System.Numerics.Tensors;
using Vigil.Contracts;

namespace Vigil.Pipeline.Training;

/// <summary>A train row that may become an exemplar.</summary>
/// <param name="Row">Its place in the corpus and among the vectors.</param>
internal readonly record struct ExemplarCandidate(int Row, string Id, int Source, Side Side, byte Policies, string Lang);

/// <summary>
/// Chooses exemplars: the same number from every source and side as far as their rows go, and within each in turn from every
/// combination of policies, language and region of the vector space, so that all are covered; never two near-duplicates of a region.
/// </summary>
internal sealed class ExemplarChoice(Func<int, ReadOnlyMemory<float>> vector)
{
    private const int RegionBits = 8;
    private const int OrderPurpose = 2;

    /// <returns>Chosen candidates, by source, side and id.</returns>
    public IReadOnlyList<ExemplarCandidate> Choose(IReadOnlyList<ExemplarCandidate> candidates, int count)
    {
        var groups = candidates.GroupBy(candidate => (candidate.Source, candidate.Side)).OrderBy(group => group.Key).Select(group => Turns([.. group])).ToArray();
        var quotas = Quotas([.. groups.Select(group => group.Count)], count);
        return
        [
            .. groups.SelectMany((group, i) => group.Take(quotas[i]))
                .OrderBy(chosen => chosen.Source).ThenBy(chosen => chosen.Side).ThenBy(chosen => chosen.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>Equal shares; what a small group cannot fill goes to the others.</summary>
    internal static int[] Quotas(int[] sizes, int count)
    {
        var quotas = new int[sizes.Length];
        var left = Math.Min(count, sizes.Sum());
        while (left > 0)
        {
            var open = Enumerable.Range(0, sizes.Length).Where(i => quotas[i] < sizes[i]).ToArray();
            var each = Math.Max(1, left / open.Length);
            foreach (var i in open)
            {
                var more = Math.Min(Math.Min(each, sizes[i] - quotas[i]), left);
                quotas[i] += more;
                left -= more;
            }
        }

        return quotas;
    }

    /// <summary>The group in the order of taking: one of every stratum, then a second of every stratum, and so on.</summary>
    private List<ExemplarCandidate> Turns(ExemplarCandidate[] group)
    {
        var strata = group
            .GroupBy(candidate => (candidate.Policies, candidate.Lang, Region(vector(candidate.Row).Span)))
            .OrderBy(stratum => stratum.Key.Policies).ThenBy(stratum => stratum.Key.Lang, StringComparer.Ordinal).ThenBy(stratum => stratum.Key.Item3)
            .Select(stratum => Distinct(stratum.OrderBy(candidate => StableHash.Of(candidate.Id, OrderPurpose))))
            .ToArray();
        return [.. strata.SelectMany(stratum => stratum.Select((candidate, turn) => (candidate, turn))).OrderBy(each => each.turn).Select(each => each.candidate)];
    }

    private List<ExemplarCandidate> Distinct(IEnumerable<ExemplarCandidate> stratum)
    {
        var kept = new List<ExemplarCandidate>();
        foreach (var candidate in stratum)
        {
            var own = vector(candidate.Row);
            if (kept.TrueForAll(other => TensorPrimitives.Dot(own.Span, vector(other.Row).Span) < NearDuplicates.Similarity))
            {
                kept.Add(candidate);
            }
        }

        return kept;
    }

    // Signs of differences of fixed coordinates: near vectors mostly share them.
    private static int Region(ReadOnlySpan<float> values)
    {
        var region = 0;
        for (var bit = 0; bit < RegionBits; bit++)
        {
            var sum = 0f;
            for (var i = 0; i < values.Length; i++)
            {
                sum += (((i * 2654435761) >> (bit + 7)) & 1) == 0 ? values[i] : -values[i];
            }

            region |= sum > 0 ? 1 << bit : 0;
        }

        return region;
    }
}
