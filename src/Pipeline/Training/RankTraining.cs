using Vigil.Rank.Features;
using Vigil.Rank.Model;
using Vigil.Rank.Model.Trees;
using Vigil.Recall;

namespace Vigil.Pipeline.Training;

/// <summary>What to train.</summary>
/// <param name="LeftOut">Sources to train without, beside those that never train.</param>
/// <param name="WordingOnly">The n-gram heads alone, to compare with.</param>
internal sealed record TrainingRequest(string Output, IReadOnlyList<string> LeftOut, bool WordingOnly);

/// <summary>
/// Fits a ranker, the same from the same rows: 1. heads on random folds, and what meaning carries over to new sources; 2. neighbours
/// through the worker's search over the starter bank; 3. the stack over both; 4. calibration on dev rows that the replayed stream does
/// not hold.
/// </summary>
internal sealed class RankTraining(Corpus corpus, EmbeddedCorpus train, EmbeddedCorpus dev, string embedder, string bankHash, BankSnapshot bank, Action<string> progress)
{
    private static readonly HeadSettings Settings = new();

    private readonly FeatureSchema _schema = new(corpus.Policies);
    private readonly Targets _targets = new(corpus.Policies);

    public IReadOnlyList<OutputReport> Train(TrainingRequest request, CancellationToken cancellation)
    {
        var inputs = Rows(train);
        var heads = new HeadFit(corpus.Train, inputs, _targets, Settings, cancellation);
        var folds = FitFolds(heads);
        var mean = HeadFit.Mean(folds);
        if (!request.WordingOnly)
        {
            heads.Carry(mean, corpus.Policies, progress);
        }

        var tables = Rounded(mean);
        var stack = request.WordingOnly ? null : FitStack(heads, folds, tables, inputs, cancellation);
        var manifest = Manifest(request, stack);
        var raw = ScoreDev(manifest, tables, stack, cancellation);
        var (calibrators, reports) = new CalibrationReport(corpus.Dev, corpus.Sources, [.. corpus.Policies, FeatureSchema.Harm]).Fit(raw);
        RankModelFiles.Write(request.Output, manifest, tables, stack?.Trees ?? new Dictionary<string, string>(), calibrators);
        return reports;
    }

    private HeadTables[] FitFolds(HeadFit heads)
    {
        var folds = new HeadTables[HeadFit.Folds];
        for (var fold = 0; fold < folds.Length; fold++)
        {
            progress($"heads of fold {fold + 1} of {folds.Length}");
            folds[fold] = heads.FitWithout(fold);
        }

        return folds;
    }

    private Stack FitStack(HeadFit heads, HeadTables[] folds, HeadTables tables, HeadRows inputs, CancellationToken cancellation)
    {
        var features = new FeatureRows(_schema, corpus.Train.Count);
        features.FillHeads(inputs, row => folds[heads.FoldOf(row)]);
        features.FillCarried(inputs, tables);
        features.FillMeasures(train);
        features.FillNeighbours(corpus.Train, train, bank, Every("neighbours of train rows", corpus.Train.Count), cancellation);
        return new StackFit(corpus.Train, features, _targets, cancellation).Fit(progress);
    }

    private double[] ScoreDev(RankManifest manifest, HeadTables tables, Stack? stack, CancellationToken cancellation)
    {
        var features = new FeatureRows(_schema, corpus.Dev.Count);
        var inputs = Rows(dev);
        features.FillHeads(inputs, _ => tables);
        TreeEnsemble? trees = null;
        if (stack is not null)
        {
            features.FillCarried(inputs, tables);
            features.FillMeasures(dev);
            features.FillNeighbours(corpus.Dev, dev, bank, Every("neighbours of dev rows", corpus.Dev.Count), cancellation);
            trees = TreeEnsemble.Read([.. corpus.Policies.Append(FeatureSchema.Harm).Select(output => stack.Trees[output])], _schema.Trees);
        }

        var raw = new double[corpus.Dev.Count * _schema.Outputs];
        new RiskModel(manifest, _schema, trees).Score(features.Values, raw);
        return raw;
    }

    private RankManifest Manifest(TrainingRequest request, Stack? stack) => new()
    {
        Kind = stack is null ? RankManifest.WordingKind : RankManifest.StackKind,
        Embedder = embedder,
        Dimension = train.Dimension,
        Policies = corpus.Policies,
        Schema = _schema.Hash,
        Linear = stack?.Linear ?? [],
        Transfer = stack?.Transfer ?? [],
        Unlabelled = stack?.Unlabelled,
        Files = new Dictionary<string, string>(),
        Sources =
        [
            .. corpus.Sources.Select((source, i) => new TrainingSource(
                source, corpus.FileHashes[source], corpus.Train.Count(row => row.Source == i), TrainingSources.RowWeight(source))),
        ],
        Bank = stack is null ? "" : bankHash,
        LeftOut = request.LeftOut,
    };

    private static HeadRows Rows(EmbeddedCorpus rows) =>
        new([.. Enumerable.Range(0, rows.Count).Select(row => rows.FirstWindow(row).Text)], rows.Vectors, rows.Dimension);

    /// <summary>As they will be read back: what is calibrated is what ships.</summary>
    private static HeadTables Rounded(HeadTables tables)
    {
        using var stream = new MemoryStream();
        tables.Write(stream);
        return HeadTables.Read(stream.ToArray(), tables.Outputs, tables.Dimension);
    }

    private Action<int> Every(string what, int count)
    {
        var next = count / 10;
        return done =>
        {
            if (done >= next || done == count)
            {
                next += count / 10;
                progress($"{what}: {done} of {count}");
            }
        };
    }
}
