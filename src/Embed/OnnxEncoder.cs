using System.Globalization;
using Vigil.Contracts;
using Vigil.Embed.Tokenizers;

namespace Vigil.Embed;

/// <summary>
/// The encoder of a folder on ONNX Runtime: one session, called from as many threads as the options say, each call a
/// micro-batch of rows of like length. A row's vector does not depend on its neighbours or on padding.
/// </summary>
public sealed class OnnxEncoder : IEncoder
{
    private readonly OnnxSession _session;
    private readonly TextTokenizer _tokenizer;
    private readonly WindowPlanner _windows;
    private readonly ModelThreads _threads;
    private readonly TokenWindow _blank;
    private readonly int _tokenBudget;
    private readonly BatchPlanner _planner;
    private readonly EmbedMetrics? _metrics;

    private OnnxEncoder(EncoderManifest manifest, EmbedOptions options, OnnxSession session, TextTokenizer tokenizer, EmbedMetrics? metrics)
    {
        _session = session;
        _tokenizer = tokenizer;
        _windows = new WindowPlanner(tokenizer);
        _threads = new ModelThreads("vigil-embed", options.EffectiveThreads);
        _blank = tokenizer.Window(0, 0, []);
        _tokenBudget = options.EffectiveTokenBudget;
        _planner = new BatchPlanner(_tokenBudget, options.EffectiveCallTokens, _threads.Count);
        _metrics = metrics;
        Name = manifest.Name;
        Hash = manifest.Hash;
        Provider = options.Provider;
    }

    public string Name { get; }

    public string Hash { get; }

    public int Dimension => _session.Dimension;

    public InferenceProvider Provider { get; }

    internal TextTokenizer Tokenizer => _tokenizer;

    /// <summary>
    /// Loads the encoder of <paramref name="folder"/>: manifest, hashes of weights and vocabulary, session, self-test
    /// through the whole path, warm-up.
    /// </summary>
    /// <param name="options">Provider, budget and threads; its folder is not used here.</param>
    /// <exception cref="EncoderException">Anything that keeps the encoder from being exactly the one its manifest states.</exception>
    public static OnnxEncoder Load(string folder, EmbedOptions options, EmbedMetrics? metrics = null)
    {
        var manifest = EncoderManifest.Load(folder);
        // Hashing needs a core for half a second and opening another for longer; nothing is handed out before both are done.
        var verifying = Task.Run(manifest.VerifyWeights);
        OnnxEncoder? encoder = null;
        try
        {
            encoder = Open(manifest, options, metrics);
            verifying.GetAwaiter().GetResult();
            encoder.RunSelfTest(manifest.SelfTest);
            encoder.WarmUp();
        }
        catch
        {
            encoder?.Dispose();
            // A file that is not the stated one is the reason for whatever else went wrong with it.
            verifying.GetAwaiter().GetResult();
            throw;
        }

        metrics?.Provider(options.Provider);
        return encoder;
    }

    /// <summary>Loads the encoder of <see cref="EmbedOptions.Folder"/>.</summary>
    public static OnnxEncoder Load(EmbedOptions options, EmbedMetrics? metrics = null) => Load(options.Folder, options, metrics);

    public IReadOnlyList<TokenWindow> Tokenize(string text) => _windows.Plan(text);

    public EmbeddingBatch Encode(IReadOnlyList<TokenWindow> windows, CancellationToken cancellation)
    {
        var lengths = new int[windows.Count];
        for (var row = 0; row < lengths.Length; row++)
        {
            lengths[row] = windows[row].Ids.Length;
        }

        var plan = _planner.Plan(lengths);
        var result = EmbeddingBatch.Rent(windows.Count, Dimension);
        try
        {
            var vectors = result.Memory;
            _threads.Run(plan.Count, index => Run(plan[index], windows, vectors), cancellation);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public EmbeddingBatch Encode(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        var windows = new TokenWindow[texts.Count];
        for (var row = 0; row < windows.Length; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            windows[row] = Tokenize(texts[row]) is [var first, ..] ? first : _blank;
        }

        return Encode(windows, cancellation);
    }

    public void Dispose()
    {
        _threads.Dispose();
        _session.Dispose();
    }

    // The vocabulary takes longer than the graph: side by side.
    private static OnnxEncoder Open(EncoderManifest manifest, EmbedOptions options, EmbedMetrics? metrics)
    {
        var tokenizer = Task.Run(() => TextTokenizer.Load(manifest));
        OnnxSession? session = null;
        try
        {
            session = OnnxSession.Open(manifest, options);
            return new OnnxEncoder(manifest, options, session, tokenizer.GetAwaiter().GetResult(), metrics);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    private void Run(in MicroBatch batch, IReadOnlyList<TokenWindow> windows, Memory<float> vectors)
    {
        _session.Run(batch, windows, vectors);
        _metrics?.Batch(batch);
    }

    private void RunSelfTest(SelfTestManifest test)
    {
        var windows = Tokenize(test.Text);
        if (windows.Count != 1 || !windows[0].Ids.Span.SequenceEqual(test.Ids))
        {
            throw new EncoderException($"encoder '{Name}': the self-test's text has other token ids than {EncoderManifest.FileName} states");
        }

        using var vectors = Encode(windows, CancellationToken.None);
        for (var i = 0; i < test.First.Length; i++)
        {
            var found = vectors.Row(0)[i];
            // Written so that NaN fails too.
            if (!(Math.Abs(found - test.First[i]) <= test.Tolerance))
            {
                throw new EncoderException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"encoder '{Name}': number {i} of the self-test's vector is {found}, {EncoderManifest.FileName} states {test.First[i]} ± {test.Tolerance}"));
            }
        }
    }

    /// <summary>The first call of each size pays for allocation; a full budget of short and of long rows covers the range.</summary>
    private void WarmUp()
    {
        var shortRow = _tokenizer.Window(0, 0, [.. Enumerable.Repeat(0, 14)]);
        var longRow = _tokenizer.Window(0, 0, [.. Enumerable.Repeat(0, _tokenizer.Capacity)]);
        using var few = Encode([.. Enumerable.Repeat(shortRow, Math.Min(64, _tokenBudget / 16))], CancellationToken.None);
        using var one = Encode([longRow], CancellationToken.None);
    }
}
