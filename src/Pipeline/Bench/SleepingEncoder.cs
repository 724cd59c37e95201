using System.Globalization;
using Microsoft.Extensions.Options;
using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// For `vigil bench pipeline` only: an encoder that sleeps where another would compute, so that a second worker must double
/// the rate whatever the machine. What it makes is senseless, so a process that is told to use it starts on a bench's topics
/// and on no others.
/// </summary>
internal sealed class SleepingEncoder : IEncoder
{
    /// <summary>Milliseconds of a call of the graph, which takes <see cref="RowsOfACall"/> rows; 1 to 10,000.</summary>
    public const string Variable = "VIGIL_BENCH_SLEEP_MS";

    public const int RowsOfACall = 8;

    private readonly IEncoder _inner;
    private readonly TimeSpan _sleep;

    private SleepingEncoder(IEncoder inner, TimeSpan sleep)
    {
        _inner = inner;
        _sleep = sleep;
    }

    public string Name => _inner.Name;

    public string Hash => _inner.Hash;

    public int Dimension => _inner.Dimension;

    public InferenceProvider Provider => _inner.Provider;

    /// <summary>Takes the encoder's place where the variable is set; else changes nothing.</summary>
    public static void AddWhereAsked(IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } asked)
        {
            services.AddSingleton<IEncoder>(provider => Over(
                OnnxEncoder.Load(provider.GetRequiredService<IOptions<EmbedOptions>>().Value, provider.GetRequiredService<EmbedMetrics>()),
                asked,
                provider.GetRequiredService<KafkaClients>().Options.Prefix));
        }
    }

    /// <exception cref="CommandFailedException">These are not a bench's topics, or the variable holds no number.</exception>
    internal static SleepingEncoder Over(IEncoder inner, string asked, string prefix)
    {
        BenchOnly.IsAsked(Variable, asked, prefix, "nothing is ranked by an encoder that sleeps");
        return int.TryParse(asked, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 1 and <= 10_000
            ? new(inner, TimeSpan.FromMilliseconds(milliseconds))
            : throw new CommandFailedException($"{Variable} must be 1 to 10,000.");
    }

    public IReadOnlyList<TokenWindow> Tokenize(string text) => _inner.Tokenize(text);

    public EmbeddingBatch Encode(IReadOnlyList<TokenWindow> windows, CancellationToken cancellation) => Sleep(windows.Count, cancellation);

    public EmbeddingBatch Encode(IReadOnlyList<string> texts, CancellationToken cancellation) => Sleep(texts.Count, cancellation);

    public void Dispose() => _inner.Dispose();

    private EmbeddingBatch Sleep(int rows, CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne(_sleep * Math.Ceiling((double)rows / RowsOfACall));
        cancellation.ThrowIfCancellationRequested();
        var batch = EmbeddingBatch.Rent(rows, Dimension);
        batch.Values.Clear();
        for (var row = 0; row < rows; row++)
        {
            batch.Row(row)[0] = 1;
        }

        return batch;
    }
}
