using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using Vigil.Contracts;
using Vigil.Rank.Policies;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank;

/// <summary>
/// Embedded items with their neighbours and hash hits → scores, queue, value, evidence and snippet. Immutable and safe to call from
/// many threads; every call has its own scratch.
/// 1. each window becomes a feature row; 2. all rows are scored at once; 3. an item's probability of a policy is the largest of its
/// windows, raised by hash hits; 4. the queue is chosen; 5. queued items are explained.
/// </summary>
public sealed class ItemRanker
{
    private static readonly HashHit[] NoHits = [];

    private readonly RankModel _model;
    private readonly PolicySet _policies;
    private readonly RankOptions _options;
    private readonly QueueChoice _choice;

    // Their scratch is 50 KB each: kept from batch to batch, as many as there were calls at once.
    private readonly ConcurrentBag<FeatureExtractor> _extractors = [];

    // For each policy of the set its output in the model, or -1: it has no labels yet.
    private readonly int[] _outputs;

    public ItemRanker(RankModel model, PolicySet policies, RankOptions options)
    {
        _model = model;
        _policies = policies;
        _options = options;
        _choice = new(policies, options);
        _outputs = [.. policies.Policies.Select(policy => model.Manifest.Policies.ToList().IndexOf(policy.Id))];
    }

    /// <summary>How many neighbours of each (policy, side) the model looks at.</summary>
    public static int Neighbours => FeatureSchema.Neighbours;

    /// <param name="neighbours">Of every row of the batch.</param>
    /// <param name="hashHits">Of every item, live entries only; empty: none for any.</param>
    /// <returns>One ranking for each item, in order.</returns>
    public IReadOnlyList<Ranking> Rank(EmbeddedBatch batch, NeighbourBatch neighbours, IReadOnlyList<IReadOnlyList<HashHit>> hashHits)
    {
        var started = Stopwatch.GetTimestamp();
        var rows = batch.Vectors.Count;
        if (neighbours.Rows != rows || (hashHits.Count != 0 && hashHits.Count != batch.Items.Count))
        {
            throw new ArgumentException($"{rows} rows, {neighbours.Rows} with neighbours; {batch.Items.Count} items, {hashHits.Count} with hash hits. This is a bug.");
        }

        var schema = _model.Schema;
        var features = ArrayPool<float>.Shared.Rent(Math.Max(1, rows * schema.Count));
        var logOdds = ArrayPool<double>.Shared.Rent(Math.Max(1, rows * schema.Outputs));
        var extractor = _extractors.TryTake(out var used) ? used : new(schema, _model.Heads);
        try
        {
            var scored = new ScoredRows(_model, neighbours, features.AsMemory(0, rows * schema.Count), logOdds.AsMemory(0, rows * schema.Outputs));
            scored.Score(batch, extractor);
            // Not after a fault: its scratch is clean only once a call has ended.
            _extractors.Add(extractor);
            var rankings = RankItems(batch, scored, hashHits);
            RankTelemetry.Record(rankings, Stopwatch.GetElapsedTime(started));
            return rankings;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(features);
            ArrayPool<double>.Shared.Return(logOdds);
        }
    }

    private Ranking[] RankItems(EmbeddedBatch batch, ScoredRows scored, IReadOnlyList<IReadOnlyList<HashHit>> hashHits)
    {
        var reasons = new ReasonFinder(_model, _options);
        var evidence = new EvidenceFinder(_policies, _options);
        var snippets = new SnippetCut(_model.Heads);
        var rankings = new Ranking[batch.Items.Count];
        for (var i = 0; i < rankings.Length; i++)
        {
            var item = batch.Items[i];
            var draft = Place(item, scored, hashHits.Count == 0 ? NoHits : hashHits[i]);
            rankings[i] = Complete(item, draft, evidence.Find(draft, item, scored.Neighbours, reasons.Find(draft, scored, _outputs)), snippets);
        }

        return rankings;
    }

    private Draft Place(EmbeddedItem item, ScoredRows scored, IReadOnlyList<HashHit> hits)
    {
        var scores = new PolicyScore[_outputs.Length];
        Span<int> rows = stackalloc int[_outputs.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            var policy = _policies.Policies[i];
            (var probability, rows[i]) = scored.Largest(item, _outputs[i], policy.Id);
            scores[i] = new(policy.Id, probability, policy.Threshold);
        }

        var (risk, harmRow) = scored.Largest(item, _model.Schema.HarmOutput, FeatureSchema.Harm);
        risk = Math.Max(risk, _choice.Raise(hits, scores));
        var place = _choice.Place(scores, item.Content, whole: !item.Partial && item.Unreadable.Count == 0);
        var row = place.Decisive < 0 || place.IsCleared ? harmRow : rows[place.Decisive];
        return new(scores, risk, place, row, hits);
    }

    private Ranking Complete(EmbeddedItem item, in Draft draft, Evidence evidence, SnippetCut snippets)
    {
        var snippet = Snippet.None;
        if (draft.Row >= 0)
        {
            var output = draft.Place.IsCleared || draft.Place.Decisive < 0 ? -1 : _outputs[draft.Place.Decisive];
            snippet = snippets.Cut(item.Windows[draft.Row - item.FirstRow], output);
        }

        return new(draft.Scores, draft.Risk, draft.Place.Queue, draft.Place.Value, draft.Place.Selection, draft.Place.Propensity, evidence, snippet, ItemValue.ExpectedViews(item.Content.Reach));
    }
}

/// <summary>An item that has its place, before it is explained.</summary>
/// <param name="Row">The window that carried the score; -1: no text.</param>
internal readonly record struct Draft(PolicyScore[] Scores, double Risk, Placement Place, int Row, IReadOnlyList<HashHit> Hits);
