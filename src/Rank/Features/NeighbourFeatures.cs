using Vigil.Contracts;

namespace Vigil.Rank.Features;

/// <summary>What the nearest entries of a policy's two sides say of a window.</summary>
public static class NeighbourFeatures
{
    public const int Count = 6;

    /// <summary>Place of the mean violating less the mean benign similarity.</summary>
    public const int Margin = 5;

    /// <summary>Of the softmax votes: a neighbour 0.1 nearer has 3.3 times the vote.</summary>
    private const float Sharpness = 12;

    public static IReadOnlyList<string> Names { get; } =
    [
        "nearest known violation", "nearest known violations", "nearest benign look-alike", "nearest benign look-alikes", "votes of neighbours", "violations nearer than look-alikes",
    ];

    /// <param name="violating">Similarities, most similar first, and their entries; an entry of -1 ends the list.</param>
    /// <param name="row">Six numbers, in the order of <see cref="Names"/>.</param>
    public static void Fill(
        ReadOnlySpan<float> violating, ReadOnlySpan<int> violatingEntries, ReadOnlySpan<float> benign, ReadOnlySpan<int> benignEntries, Span<float> row)
    {
        violating = violating[..Found(violatingEntries)];
        benign = benign[..Found(benignEntries)];
        row[0] = First(violating);
        row[1] = Mean(violating);
        row[2] = First(benign);
        row[3] = Mean(benign);
        row[4] = Votes(violating) - Votes(benign);
        row[5] = row[1] - row[3];
    }

    /// <summary>Fills the six numbers of one row and policy of a search result.</summary>
    public static void Fill(NeighbourBatch neighbours, int row, int policy, Span<float> features) => Fill(
        neighbours.Similarities(row, policy, Side.Violation),
        neighbours.Entries(row, policy, Side.Violation),
        neighbours.Similarities(row, policy, Side.Benign),
        neighbours.Entries(row, policy, Side.Benign),
        features);

    private static int Found(ReadOnlySpan<int> entries)
    {
        var end = entries[..Math.Min(entries.Length, FeatureSchema.Neighbours)].IndexOf(-1);
        return end < 0 ? Math.Min(entries.Length, FeatureSchema.Neighbours) : end;
    }

    private static float First(ReadOnlySpan<float> similarities) => similarities.Length == 0 ? 0 : similarities[0];

    private static float Mean(ReadOnlySpan<float> similarities)
    {
        var sum = 0f;
        foreach (var similarity in similarities)
        {
            sum += similarity;
        }

        return similarities.Length == 0 ? 0 : sum / similarities.Length;
    }

    // One pseudo-vote at similarity 0 keeps an empty side finite.
    private static float Votes(ReadOnlySpan<float> similarities)
    {
        var votes = 1f;
        foreach (var similarity in similarities)
        {
            votes += MathF.Exp(Sharpness * similarity);
        }

        return MathF.Log(votes);
    }
}
