using Microsoft.Extensions.Logging.Abstractions;
using Vigil.Embed;
using Vigil.Pipeline.Configuration;
using Vigil.Recall;

namespace Vigil.Pipeline.Training;

/// <summary>What training and evaluation run on: the shipped encoder with its cache on disk, and the starter bank.</summary>
internal sealed class RankWorkshop : IDisposable
{
    private readonly OnnxEncoder _encoder;

    private RankWorkshop(OnnxEncoder encoder, string cache)
    {
        _encoder = encoder;
        Cache = new(new ContentEmbedder(encoder), encoder.Dimension, cache);
    }

    public EmbeddingCache Cache { get; }

    public string Embedder => _encoder.Hash;

    public int Dimension => _encoder.Dimension;

    public static string DefaultBank => Path.Combine(VigilHome.Models, "bank-starter");

    public static string DefaultRanker => Path.Combine(VigilHome.Models, "ranker");

    public static string DefaultData => Path.GetFullPath(Path.Combine(VigilHome.Path, "..", "shared", "data"));

    /// <param name="cache">Folder of vectors already made; null: below <c>artifacts</c>.</param>
    /// <exception cref="CommandFailedException">The encoder cannot be loaded.</exception>
    public static RankWorkshop Open(string? cache = null)
    {
        var options = new EmbedOptions();
        try
        {
            return new(OnnxEncoder.Load(Path.Combine(VigilHome.Path, options.Folder), options), cache ?? Path.Combine(VigilHome.Path, "artifacts", "embeddings"));
        }
        catch (EncoderException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    /// <summary>The starter bank of a folder, checked against the encoder.</summary>
    public StarterBank LoadBank(string folder)
    {
        try
        {
            var bank = StarterBank.Load(folder);
            return bank.Manifest.Embedder == Embedder
                ? bank
                : throw new CommandFailedException($"{folder}: made by another encoder; run `vigil bank build-starter` first");
        }
        catch (InvalidDataException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    /// <summary>The bank as a worker searches it, without the entries of left-out sources.</summary>
    public BankSnapshot Snapshot(StarterBank bank, IReadOnlyList<string> leftOut) => BankFollower.SnapshotOf(
        bank.ToIndexed().Where(entry => !leftOut.Contains(entry.Source)), Embedder, Dimension, IndexBackend.Choose(NullLogger.Instance), TimeProvider.System);

    public EmbeddedCorpus EmbedRows(IReadOnlyList<CorpusRow> rows, Action<int> progress, CancellationToken cancellation) =>
        EmbeddedCorpus.Embed(rows, Cache, Dimension, progress, cancellation);

    public void Dispose()
    {
        Cache.Dispose();
        _encoder.Dispose();
    }
}
