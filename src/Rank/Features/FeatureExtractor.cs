using Vigil.Contracts;
using Vigil.Rank.Model;

namespace Vigil.Rank.Features;

/// <summary>A window with its vector and neighbours → one feature row. Owns scratch: one instance for one thread.</summary>
public sealed class FeatureExtractor(FeatureSchema schema, HeadTables heads)
{
    private readonly NgramHasher _hasher = new();

    /// <param name="policies">For each policy of the schema its place in <paramref name="neighbours"/>, or -1.</param>
    /// <param name="features">Schema.Count numbers.</param>
    public void Fill(in TextWindow window, ReadOnlySpan<float> vector, NeighbourBatch neighbours, int row, ReadOnlySpan<int> policies, Span<float> features)
    {
        heads.Score(_hasher.Buckets(window.Text), vector, features[..schema.Heads]);
        for (var policy = 0; policy < policies.Length; policy++)
        {
            var target = features.Slice(schema.NeighbourStart(policy), NeighbourFeatures.Count);
            if (policies[policy] < 0)
            {
                target.Clear();
            }
            else
            {
                NeighbourFeatures.Fill(neighbours, row, policies[policy], target);
            }
        }

        TextMeasures.Fill(window.Text, window.Tokens, window.UnknownTokens, features[schema.Linear..]);
        heads.Carry(vector, features[schema.Trees..]);
    }
}
