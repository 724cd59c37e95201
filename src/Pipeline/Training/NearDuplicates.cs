using Vigil.Recall;

namespace Vigil.Pipeline.Training;

/// <summary>
/// Keeps an item from being judged by itself: an entry made of the same row, or of one so near that it is the same text with small
/// changes, is no evidence when training or evaluating.
/// </summary>
internal static class NearDuplicates
{
    /// <summary>Cosine from which two texts count as one; typing errors and a suffix of junk stay above it.</summary>
    public const float Similarity = 0.95f;

    /// <param name="rowOfQuery">Id of the data row that each query row belongs to.</param>
    public static NeighbourFilter Filter(IReadOnlyList<string> rowOfQuery) =>
        (query, entry, similarity) => similarity < Similarity && entry.Id != rowOfQuery[query];
}
