using System.Diagnostics.Metrics;

namespace Vigil.Embed;

/// <summary>Instruments of the meter <see cref="MeterName"/>; names of <c>performance.md</c> §3.</summary>
public sealed class EmbedMetrics : IDisposable
{
    public const string MeterName = "Vigil.Embed";

    private static readonly double[] Seconds = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly long[] Counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    private static readonly long[] Tokens = [16, 32, 64, 128, 256, 384, 512, 1024, 4096, 16384, 65536];
    private static readonly double[] Shares = [.3, .5, .6, .7, .8, .85, .9, .95, .975, 1];

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _stage;
    private readonly Histogram<long> _batchSize;
    private readonly Histogram<long> _batchTokens;
    private readonly Histogram<double> _padding;
    private readonly Counter<long> _tokens;

    public EmbedMetrics()
    {
        _stage = _meter.CreateHistogram("vigil.stage.duration", "s", "Time of a stage per batch.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _batchSize = _meter.CreateHistogram("vigil.batch.size", "{item}", "Rows of one call of the graph.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = Counts });
        _batchTokens = _meter.CreateHistogram("vigil.batch.tokens", "{token}", "Padded tokens of one call of the graph.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = Tokens });
        _padding = _meter.CreateHistogram("vigil.batch.padding.ratio", "1", "Useful ÷ padded tokens; 1: none wasted.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Shares });
        _tokens = _meter.CreateCounter<long>("vigil.embed.tokens", "{token}", "Useful tokens encoded.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Stage(string stage, TimeSpan elapsed) => _stage.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    internal void Batch(in MicroBatch batch)
    {
        _batchSize.Record(batch.Rows.Length);
        _batchTokens.Record(batch.PaddedTokens);
        _padding.Record((double)batch.UsefulTokens / batch.PaddedTokens);
        _tokens.Add(batch.UsefulTokens);
    }

    /// <summary>Says from now on which provider runs.</summary>
    internal void Provider(InferenceProvider provider)
    {
        var tag = new KeyValuePair<string, object?>("provider", provider == InferenceProvider.Cuda ? "cuda" : "cpu");
        _meter.CreateObservableGauge("vigil.inference.provider", () => new Measurement<int>(1, tag), "1", "Where the graph runs.");
    }
}
