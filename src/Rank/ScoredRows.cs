using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank;

/// <summary>The feature rows of a batch and their log-odds, in rented memory of the caller.</summary>
internal sealed class ScoredRows(RankModel model, NeighbourBatch neighbours, Memory<float> features, Memory<double> logOdds)
{
    private readonly FeatureSchema _schema = model.Schema;

    public NeighbourBatch Neighbours => neighbours;

    public ReadOnlySpan<float> Features(int row) => features.Span.Slice(row * _schema.Count, _schema.Count);

    public void Score(EmbeddedBatch batch, FeatureExtractor extractor)
    {
        Span<int> policies = stackalloc int[_schema.Policies.Count];
        for (var i = 0; i < policies.Length; i++)
        {
            policies[i] = PlaceOf(_schema.Policies[i]);
        }

        foreach (var item in batch.Items)
        {
            for (var i = 0; i < item.Windows.Count; i++)
            {
                var row = item.FirstRow + i;
                extractor.Fill(item.Windows[i], batch.Vectors.Row(row), neighbours, row, policies, features.Span.Slice(row * _schema.Count, _schema.Count));
            }
        }

        model.Risk.Score(features.Span, logOdds.Span);
    }

    /// <summary>The largest calibrated probability of an item's windows and the row that has it; 0 and -1 without text.</summary>
    /// <param name="output">Output of the model; -1: the policy has no labels, so its neighbours alone decide.</param>
    public (double Probability, int Row) Largest(EmbeddedItem item, int output, string policy)
    {
        var best = -1;
        var most = double.NegativeInfinity;
        var place = output < 0 ? PlaceOf(policy) : -1;
        for (var row = item.FirstRow; row < item.FirstRow + item.Windows.Count; row++)
        {
            var raw = output >= 0 ? logOdds.Span[(row * _schema.Outputs) + output] : ByNeighbours(row, place);
            if (raw > most)
            {
                (most, best) = (raw, row);
            }
        }

        if (best < 0)
        {
            return (0, -1);
        }

        return (output >= 0 ? model.Calibrators[output].Probability(most) : LogOdds.ToProbability(most), best);
    }

    /// <summary>
    /// Log-odds of a policy that nobody has labelled yet, by the weights that serve all labelled policies: exemplars in the bank are
    /// enough to start with.
    /// </summary>
    private double ByNeighbours(int row, int policy)
    {
        if (policy < 0 || model.Manifest.Unlabelled is not { } weights || neighbours.Entries(row, policy, Side.Violation)[0] < 0)
        {
            return double.NegativeInfinity;
        }

        Span<float> numbers = stackalloc float[NeighbourFeatures.Count];
        NeighbourFeatures.Fill(neighbours, row, policy, numbers);
        var sum = weights.Bias;
        for (var i = 0; i < numbers.Length; i++)
        {
            sum += weights.Weights[i] * numbers[i];
        }

        return sum;
    }

    private int PlaceOf(string policy)
    {
        for (var i = 0; i < neighbours.Policies.Count; i++)
        {
            if (neighbours.Policies[i] == policy)
            {
                return i;
            }
        }

        return -1;
    }
}
