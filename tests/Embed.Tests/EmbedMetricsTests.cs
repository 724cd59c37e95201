using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Vigil.Contracts;

namespace Vigil.Embed.Tests;

public sealed class EmbedMetricsTests
{
    [Fact]
    public void Embed_WithMetrics_RecordsStagesBatchesAndProvider()
    {
        using var metrics = new EmbedMetrics();
        using var encoder = OnnxEncoder.Load(EncoderFixture.Folder, new EmbedOptions { Threads = 1 }, metrics);
        var seen = new ConcurrentBag<(string Name, double Value, string Tags)>();
        using var listener = Listen(seen);
        var texts = new[] { "one", "a longer text of some more words" };

        using var batch = new ContentEmbedder(encoder, metrics).Embed([.. texts.Select(text => new Content { Id = "a", Parts = [new TextPart(text)] })], TestContext.Current.CancellationToken);
        listener.RecordObservableInstruments();

        var tokens = batch.Items.Sum(item => item.Windows.Sum(window => window.Tokens));
        var width = batch.Items.Max(item => item.Windows.Max(window => window.Tokens));
        Assert.Equal(["stage=embed", "stage=tokenize"], seen.Where(value => value.Name == "vigil.stage.duration").Select(value => value.Tags).Order());
        Assert.Equal(2, Assert.Single(seen, value => value.Name == "vigil.batch.size").Value);
        Assert.Equal(2 * width, Assert.Single(seen, value => value.Name == "vigil.batch.tokens").Value);
        Assert.Equal(tokens / (2.0 * width), Assert.Single(seen, value => value.Name == "vigil.batch.padding.ratio").Value, 9);
        Assert.Equal(tokens, Assert.Single(seen, value => value.Name == "vigil.embed.tokens").Value);
        Assert.Equal("provider=cpu", Assert.Single(seen, value => value.Name == "vigil.inference.provider").Tags);
    }

    private static MeterListener Listen(ConcurrentBag<(string Name, double Value, string Tags)> seen)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == EmbedMetrics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.Add((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen.Add((instrument.Name, value, Text(tags))));
        listener.Start();
        return listener;
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
