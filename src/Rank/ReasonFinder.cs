using System.Globalization;
using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank;

/// <summary>
/// What moved a queued item's decisive policy most: hash hits first, then signed contributions to its log-odds, half from TreeSHAP
/// and half from the linear part. Items of one policy are explained in one call.
/// </summary>
internal sealed class ReasonFinder(RankModel model, RankOptions options)
{
    private readonly FeatureSchema _schema = model.Schema;

    /// <param name="outputs">For each policy of the set its output in the model, or -1.</param>
    /// <returns>For each draft its reasons; none for cleared items.</returns>
    public IReadOnlyList<Reason>[] Find(Draft[] drafts, ScoredRows scored, int[] outputs)
    {
        var reasons = new IReadOnlyList<Reason>[drafts.Length];
        for (var i = 0; i < drafts.Length; i++)
        {
            reasons[i] = Decisive(drafts[i]) is { } policy ? HitReasons.Of(drafts[i].Hits, policy) : [];
        }

        var queued = Enumerable.Range(0, drafts.Length).Where(i => Decisive(drafts[i]) is not null && drafts[i].Row >= 0);
        foreach (var group in queued.GroupBy(i => drafts[i].Place.Decisive))
        {
            var output = outputs[group.Key];
            if (output >= 0 && options.Reasons > 0)
            {
                Explain([.. group], output, drafts, scored, reasons);
            }
        }

        return reasons;
    }

    private void Explain(int[] items, int output, Draft[] drafts, ScoredRows scored, IReadOnlyList<Reason>[] reasons)
    {
        var rows = new float[items.Length * _schema.Count];
        for (var i = 0; i < items.Length; i++)
        {
            scored.Features(drafts[items[i]].Row).CopyTo(rows.AsSpan(i * _schema.Count));
        }

        var contributions = new double[rows.Length];
        model.Risk.Explain(output, rows, contributions);
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            Reason[] found =
            [
                .. reasons[item],
                .. Top(contributions.AsSpan(i * _schema.Count, _schema.Count), rows.AsSpan(i * _schema.Count, _schema.Count), _schema.Policies[output]),
            ];
            reasons[item] = found[..Math.Min(found.Length, options.Reasons)];
        }
    }

    private Reason[] Top(Span<double> contributions, Span<float> row, string policy)
    {
        var order = new int[_schema.Count];
        var sizes = new double[_schema.Count];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], sizes[i]) = (i, -Math.Abs(contributions[i]));
        }

        Array.Sort(sizes, order);
        var count = Math.Min(options.Reasons, sizes.Count(size => size < 0));
        var reasons = new Reason[count];
        for (var i = 0; i < count; i++)
        {
            reasons[i] = new(Named(order[i], row[order[i]]), contributions[order[i]], policy);
        }

        return reasons;
    }

    // Similarities say more with their number; log-odds of heads do not.
    private string Named(int feature, float value) => feature >= _schema.Heads
        ? string.Create(CultureInfo.InvariantCulture, $"{_schema.Names[feature]} = {value:0.##}")
        : _schema.Names[feature];

    private static string? Decisive(in Draft draft) =>
        draft.Place.IsCleared || draft.Place.Decisive < 0 ? null : draft.Scores[draft.Place.Decisive].Policy;
}
