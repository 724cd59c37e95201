using System.Security.Cryptography;

namespace Vigil.Pipeline.Training;

/// <summary>What a row says of the outputs: bit i of <paramref name="Labels"/> and <paramref name="Scope"/> is policy i.</summary>
/// <param name="Harm">1, 0, or -1: unknown.</param>
internal readonly record struct CorpusRow(string Id, string Text, int Source, string Lang, byte Labels, byte Scope, sbyte Harm, float Weight);

/// <summary>The rows that a ranker is fitted and calibrated on. Diagnostic and lexicon rows are in neither part.</summary>
internal sealed class Corpus
{
    private const int Draw = 1;

    private readonly List<CorpusRow> _train = [];
    private readonly List<CorpusRow> _dev = [];
    private readonly List<string> _sources = [];
    private readonly Dictionary<string, string> _hashes = [];

    private Corpus(IReadOnlyList<string> policies) => Policies = policies;

    public IReadOnlyList<string> Policies { get; }

    public IReadOnlyList<string> Sources => _sources;

    /// <summary>Labelled train rows and the drawn background rows.</summary>
    public IReadOnlyList<CorpusRow> Train => _train;

    /// <summary>Dev rows that the replayed stream does not hold, for calibration.</summary>
    public IReadOnlyList<CorpusRow> Dev => _dev;

    public IReadOnlyDictionary<string, string> FileHashes => _hashes;

    /// <param name="leftOut">Sources to train without, beside those that never train.</param>
    /// <exception cref="CommandFailedException">The folder or a file of it cannot be read.</exception>
    public static Corpus Load(string folder, IReadOnlyList<string> policies, IReadOnlyList<string> leftOut)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl.gz").Order(StringComparer.Ordinal).ToArray() : [];
        if (files.Length == 0)
        {
            throw new CommandFailedException($"{folder}: no *.jsonl.gz data sets there");
        }

        var corpus = new Corpus(policies);
        var replayed = Replayed(files);
        foreach (var file in files)
        {
            var source = SourceOf(file);
            if (!source.StartsWith("stream", StringComparison.Ordinal) && !TrainingSources.NeverTrained.Contains(source) && !leftOut.Contains(source))
            {
                corpus.Add(file, source, replayed);
            }
        }

        return corpus;
    }

    /// <summary>
    /// The same for those of the policies that have train rows on both sides: only they can be fitted, the others are scored by their
    /// neighbours.
    /// </summary>
    public static Corpus LoadLabelled(string folder, IReadOnlyList<string> policies, IReadOnlyList<string> leftOut)
    {
        var corpus = Load(folder, policies, leftOut);
        var labelled = policies.Where((_, i) => corpus._train.Exists(row => (row.Labels & (1 << i)) != 0) && corpus._train.Exists(row => (row.Labels & (1 << i)) == 0 && (row.Scope & (1 << i)) != 0)).ToArray();
        if (labelled.Length == 0 || !corpus._train.Exists(row => row.Harm == 1) || !corpus._train.Exists(row => row.Harm == 0))
        {
            throw new CommandFailedException($"{folder}: needs train rows that violate a policy and rows that are benign");
        }

        return labelled.Length == policies.Count ? corpus : Load(folder, labelled, leftOut);
    }

    private static string SourceOf(string file) => Path.GetFileName(file)[..^".jsonl.gz".Length];

    /// <summary>Rows that a replayed stream is made of: never trained or calibrated on.</summary>
    private static HashSet<string> Replayed(string[] files) =>
        [.. files.Where(file => SourceOf(file).StartsWith("stream", StringComparison.Ordinal)).SelectMany(file => LabelledFile.Read(file, [])).Select(row => row.Ref)];

    private void Add(string file, string source, HashSet<string> replayed)
    {
        var used = false;
        var background = TrainingSources.Background.Contains(source);
        foreach (var row in LabelledFile.Read(file, []))
        {
            var wanted = row.Split switch
            {
                "train" => IsDrawn(row.Id, source),
                "dev" => !replayed.Contains(row.Id),
                "unlabelled" => background && !replayed.Contains(row.Id) && IsDrawn(row.Id, source),
                _ => false,
            };
            if (wanted && row.Texts.Count == 1)
            {
                used = true;
                (row.Split == "dev" ? _dev : _train).Add(Map(row, background));
            }
        }

        if (used)
        {
            _sources.Add(source);
            _hashes[source] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
        }
    }

    private static bool IsDrawn(string id, string source) => StableHash.Unit(id, Draw) < TrainingSources.Share(source);

    private CorpusRow Map(LabelledRow row, bool background)
    {
        byte labels = 0, scope = 0;
        for (var i = 0; i < Policies.Count; i++)
        {
            var violates = background ? false : row.Violates(Policies[i]);
            labels |= (byte)(violates == true ? 1 << i : 0);
            scope |= (byte)(violates is not null ? 1 << i : 0);
        }

        var harm = background ? false : row.Harm;
        return new(
            row.Id, row.Texts[0], _sources.Count, row.Lang, labels, scope,
            (sbyte)(harm is null ? -1 : harm.Value ? 1 : 0), (float)TrainingSources.RowWeight(row.Source));
    }
}
