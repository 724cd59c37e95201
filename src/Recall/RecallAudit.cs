using System.Numerics.Tensors;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>
/// Now and then compares one query of a batch with every entry of the bank, one by one, and tells which share of its nearest entries
/// the search had found. Less than 1 means that a native library or an index misses what it should find. For one thread; what
/// it found last may be read by others.
/// </summary>
public sealed class RecallAudit(TimeProvider time)
{
    /// <summary>Sums in another order differ by less.</summary>
    private const float Tolerance = 1e-4f;

    /// <summary>A million entries take 0.1 s of one core.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private long _audited;
    private double _recall = double.NaN;

    /// <summary>Of the last audit, 0 to 1; null before the first one.</summary>
    public double? Recall => Volatile.Read(ref _recall) is var recall && double.IsNaN(recall) ? null : recall;

    /// <summary>Audits one query of a search, if it is time.</summary>
    /// <param name="found">What the search of these queries over this snapshot gave, without a filter.</param>
    public void Consider(EmbeddingBatch queries, BankSnapshot bank, NeighbourBatch found)
    {
        if (queries.Count == 0 || (Recall is not null && time.GetElapsedTime(_audited) < Every))
        {
            return;
        }

        _audited = time.GetTimestamp();
        var row = Random.Shared.Next(queries.Count);
        Volatile.Write(ref _recall, Measure(queries.Row(row), row, bank, found));
    }

    private static double Measure(ReadOnlySpan<float> query, int row, BankSnapshot bank, NeighbourBatch found)
    {
        var similarities = SimilarityOfEach(query, bank);
        var (wanted, had) = (0, 0);
        for (var policy = 0; policy < found.Policies.Count; policy++)
        {
            foreach (var side in Enum.GetValues<Side>())
            {
                var nearest = Nearest(similarities, bank, found.Policies[policy], side, found.K);
                wanted += nearest.Count;
                foreach (var entry in found.Entries(row, policy, side))
                {
                    had += entry >= 0 && nearest.Count > 0 && similarities[entry] >= nearest[^1] - Tolerance ? 1 : 0;
                }
            }
        }

        return wanted == 0 ? 1 : (double)had / wanted;
    }

    // Negative infinity: it does not match now.
    private static float[] SimilarityOfEach(ReadOnlySpan<float> query, BankSnapshot bank)
    {
        var now = bank.NowTicks;
        var best = new float[bank.Entries.Count];
        Array.Fill(best, float.NegativeInfinity);
        foreach (var view in bank.Cells.SelectMany(cell => cell.Segments))
        {
            var entries = view.Segment.EntryOfRow;
            for (var vector = 0; vector < entries.Length; vector++)
            {
                if (view.Until[entries[vector]] > now)
                {
                    ref var known = ref best[view.FirstEntry + entries[vector]];
                    known = Math.Max(known, TensorPrimitives.Dot(query, view.Segment.Index.Row(vector)));
                }
            }
        }

        return best;
    }

    private static List<float> Nearest(float[] similarities, BankSnapshot bank, string policy, Side side, int k) =>
    [
        .. bank.Cells.Where(cell => cell.Key.Side == side && cell.Policies.Contains(policy))
            .SelectMany(cell => cell.Segments)
            .SelectMany(view => similarities.Skip(view.FirstEntry).Take(view.Segment.Entries.Length))
            .Where(similarity => !float.IsNegativeInfinity(similarity))
            .OrderDescending()
            .Take(k),
    ];
}
