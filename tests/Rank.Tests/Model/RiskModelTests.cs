using Vigil.Rank.Features;
using Vigil.Rank.Model;
using Vigil.Rank.Model.Trees;
using Vigil.Rank.Native;

namespace Vigil.Rank.Tests.Model;

public sealed class RiskModelTests
{
    private const int Rows = 300;

    private static readonly FeatureSchema Schema = new(["rude", "grave"]);

    [Fact]
    public void Score_Policy_IsTheStackWithItsShareOfWhatCarriesOver()
    {
        var risk = Model(new(0.25, 3, 0.5), out var linear, out var trees);
        var features = Draw(1);
        var (scores, raw) = (new double[3], new double[3]);

        risk.Score(features, scores);

        trees.Score(features.AsSpan(0, Schema.Trees), raw);
        var straight = linear[1].Bias + Enumerable.Range(0, Schema.Linear).Sum(i => linear[1].Weights[i] * features[i]);
        var margin = features[Schema.NeighbourStart(1) + NeighbourFeatures.Margin];
        Assert.Equal((0.75 * 0.5 * (raw[1] + straight)) + (0.25 * (features[Schema.Trees + 1] + (3 * margin))), scores[1], 1e-5);
        Assert.Equal(0.5 * (raw[2] + LogOdds.NoisyOr(scores.AsSpan(0, 2))), scores[2], 1e-6);
    }

    [Fact]
    public void Explain_TwoRows_AccountForTheDifferenceOfTheirScores()
    {
        var risk = Model(new(0.4, 15, 0.5), out _, out _);
        var features = Draw(2);
        var (scores, shares) = (new double[6], new double[2 * Schema.Count]);

        risk.Score(features, scores);
        risk.Explain(0, features.AsSpan(0, Schema.Count), shares.AsSpan(0, Schema.Count));
        risk.Explain(0, features.AsSpan(Schema.Count), shares.AsSpan(Schema.Count));

        Assert.Equal(scores[0] - scores[3], shares[..Schema.Count].Sum() - shares[Schema.Count..].Sum(), 1e-5);
    }

    private static RiskModel Model(TransferWeights transfer, out LinearWeights[] linear, out TreeEnsemble trees)
    {
        var random = new Random(11);
        linear = [.. Enumerable.Range(0, 2).Select(_ => new LinearWeights(
            random.NextDouble(), [.. Enumerable.Range(0, Schema.Linear).Select(_ => random.NextDouble() - 0.5)], [.. Enumerable.Range(0, Schema.Linear).Select(_ => random.NextDouble())]))];
        var rows = Draw(Rows).Chunk(Schema.Count).SelectMany(row => row[..Schema.Trees]).ToArray();
        string[] texts =
        [
            .. Enumerable.Range(0, 3).Select(output => BoosterTraining.Fit(
                rows,
                Schema.Trees,
                [.. Enumerable.Range(0, Rows).Select(row => rows[(row * Schema.Trees) + output] > 0 ? 1f : 0)],
                [.. Enumerable.Repeat(1f, Rows)],
                [],
                new() { Trees = 10, Leaves = 4, LeastRowsInLeaf = 5 },
                TestContext.Current.CancellationToken)),
        ];
        trees = TreeEnsemble.Read(texts, Schema.Trees);
        var manifest = new RankManifest
        {
            Kind = RankManifest.StackKind,
            Embedder = "test",
            Dimension = 4,
            Policies = Schema.Policies,
            Schema = Schema.Hash,
            Linear = linear,
            Transfer = [transfer, transfer],
            Files = new Dictionary<string, string>(),
            Sources = [],
        };
        return new(manifest, Schema, trees);
    }

    private static float[] Draw(int rows)
    {
        var random = new Random(rows);
        return [.. Enumerable.Range(0, rows * Schema.Count).Select(_ => (random.NextSingle() * 4) - 2)];
    }
}
