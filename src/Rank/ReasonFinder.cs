using System.Globalization;
using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank;

/// <summary>
/// What moved a queued item's decisive policy most: hash hits first, then signed contributions to its log-odds, half from the trees and
/// half from the linear part. Owns scratch: one instance for one thread.
/// </summary>
internal sealed class ReasonFinder(RankModel model, RankOptions options)
{
    private readonly FeatureSchema _schema = model.Schema;
    private readonly double[] _contributions = new double[model.Schema.Count];
    private readonly double[] _sizes = new double[model.Schema.Count];
    private readonly int[] _order = new int[model.Schema.Count];

    /// <param name="outputs">For each policy of the set its output in the model, or -1.</param>
    /// <returns>None for cleared items.</returns>
    public IReadOnlyList<Reason> Find(in Draft draft, ScoredRows scored, int[] outputs)
    {
        if (draft.Place.IsCleared || draft.Place.Decisive < 0)
        {
            return [];
        }

        var hits = HitReasons.Of(draft.Hits, draft.Scores[draft.Place.Decisive].Policy);
        var output = outputs[draft.Place.Decisive];
        if (output < 0 || draft.Row < 0 || options.Reasons == 0)
        {
            return hits;
        }

        Reason[] found = [.. hits, .. Top(scored.Features(draft.Row), output)];
        return found.Length > options.Reasons ? found[..options.Reasons] : found;
    }

    private Reason[] Top(ReadOnlySpan<float> row, int output)
    {
        model.Risk.Explain(output, row, _contributions);
        for (var i = 0; i < _order.Length; i++)
        {
            (_order[i], _sizes[i]) = (i, -Math.Abs(_contributions[i]));
        }

        Array.Sort(_sizes, _order);
        var count = Math.Min(options.Reasons, _sizes.Count(size => size < 0));
        var reasons = new Reason[count];
        for (var i = 0; i < count; i++)
        {
            reasons[i] = new(Named(_order[i], row[_order[i]]), _contributions[_order[i]], _schema.Policies[output]);
        }

        return reasons;
    }

    // Similarities say more with their number; log-odds of heads do not.
    private string Named(int feature, float value) => feature >= _schema.Heads
        ? string.Create(CultureInfo.InvariantCulture, $"{_schema.Names[feature]} = {value:0.##}")
        : _schema.Names[feature];
}
