using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Ingest;
using Vigil.Pipeline.Scoring;
using Vigil.Rank.Policies;
using Vigil.Recall;
using Content = Vigil.Contracts.Wire.Content;
using Disposition = Vigil.Contracts.Wire.Disposition;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>What a hostile publisher can send with a real client, through the development broker and a worker.</summary>
public sealed class HostileRecordTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_HostileRecords_EachEndsInItsNamedOutcomeAndTheWorkerGoesOn()
    {
        await using var harness = await WorkerHarness.StartAsync();
        var worker = await harness.StartWorkerAsync("one");
        var expected = new Dictionary<(int, long), (Disposition, string)>();
        using var gzip = Publisher(harness, CompressionType.Gzip);
        using var zstd = Publisher(harness, CompressionType.Zstd);

        async Task Send(IProducer<byte[], byte[]> publisher, string id, byte[] value, Disposition disposition, string reason = "")
        {
            var place = await publisher.ProduceAsync(harness.Clients.Topics.Content, new() { Key = Encoding.UTF8.GetBytes(id), Value = value }, Token);
            expected.Add((place.Partition, place.Offset), (disposition, reason));
        }

        foreach (var (codec, publisher) in new[] { ("gzip", gzip), ("zstd", zstd) })
        {
            // 1,000-fold: some five KiB on the wire and in the log, nearly five MiB in the worker.
            await Send(publisher, $"{codec}-spaces", Json($"{codec}-spaces", new string(' ', 5_000_000)), Disposition.Cleared);
            await Send(publisher, $"{codec}-text", Post($"{codec}-text", new string('a', 5_000_000)), Disposition.Rejected, RejectReason.TextTooLong);
            await Send(publisher, $"{codec}-zeros", new byte[5_000_000], Disposition.Rejected, RejectReason.RegistryFrame);
        }

        var longId = new string('i', 300);
        await Send(gzip, longId, Post(longId, "x"), Disposition.Rejected, RejectReason.IdTooLong);
        await Send(gzip, "whole", Sized("whole", ContentDecoder.MaxRecordBytes), Disposition.Cleared);
        await Send(gzip, "over", Sized("over", ContentDecoder.MaxRecordBytes + 1), Disposition.Rejected, RejectReason.RecordTooLarge);
        await Send(gzip, "deep", Deep("deep", "parts"), Disposition.Rejected, RejectReason.Undecodable);
        await Send(gzip, "deep-unknown", Deep("deep-unknown", "mood"), Disposition.Rejected, RejectReason.Empty);
        await Send(gzip, "number", """{"id":"number","revision":99999999999999999999,"parts":[{"text":"x"}]}"""u8.ToArray(), Disposition.Rejected, RejectReason.Undecodable);
        await Send(gzip, "unknown", [.. Post("unknown", "x"), 0xFA, 0x07, 0x01, 0x2A], Disposition.Cleared);
        await Send(gzip, "good", Post("good", "a bad line"), Disposition.Queued);

        var status = await harness.StatusOfAsync(expected.Count, Token);

        Assert.Equal(
            expected.OrderBy(one => one.Key).Select(one => (one.Key, one.Value)),
            status.Select(one => ((one.Source.Partition, one.Source.Offset), (one.Disposition, one.Reason))).OrderBy(one => one.Item1));
        Assert.False(worker.ExecuteTask!.IsCompleted);
        // Rejected records are kept as they were, whatever their size.
        Assert.Equal(
            expected.Count(one => one.Value.Item1 == Disposition.Rejected),
            TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.DeadLetters).Count);
    }

    [Theory]
    [InlineData("viewsPerHour", "1.7e308")]
    [InlineData("followers", "9007199254740991")]
    public async Task Run_ReachBeyondReason_EndsQueuedWithFiniteNumbers(string field, string number)
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var bank = new Bank(TimeProvider.System);
        bank.Publish(BankFollower.SnapshotOf([], "none", 1, IndexBackend.Managed, TimeProvider.System));
        var policies = new PolicySet([new("hate", "Hate", 8, 30, "hate", "hate-leads", 0.5)], "hash");
        await harness.StartWorkerAsync("one", new HashScorer(bank, policies, new(), "no model"));

        await harness.PublishAsync("endless", Encoding.UTF8.GetBytes($$"""{"id":"endless","reach":{"{{field}}":{{number}} },"parts":[{"text":"x"}]}"""));

        Assert.Equal(Disposition.Queued, Assert.Single(await harness.StatusOfAsync(1, Token)).Disposition);
        var ranked = RankedItem.Parser.ParseFrom(Assert.Single(TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Ranked)).Message.Value);
        Assert.Equal(ItemValue.MostViews, ranked.ExpectedViews);
        Assert.InRange(ranked.Value, ItemValue.Least, ItemValue.Most);
    }

    private static IProducer<byte[], byte[]> Publisher(WorkerHarness harness, CompressionType codec) =>
        new ProducerBuilder<byte[], byte[]>(new ProducerConfig(harness.Clients.Producer()) { CompressionType = codec, LingerMs = 0 }).SetLogHandler((_, _) => { }).Build();

    private static byte[] Post(string id, string text)
    {
        var content = new Content { Id = id };
        content.Parts.Add(new Part { Text = text });
        return content.ToByteArray();
    }

    private static byte[] Json(string id, string spaces) => Encoding.UTF8.GetBytes($$"""{"id":"{{id}}",{{spaces}}"parts":[{"text":"x"}]}""");

    private static byte[] Deep(string id, string field) =>
        Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","{{field}}":{{string.Concat(Enumerable.Repeat("[", 10_000))}}{{string.Concat(Enumerable.Repeat("]", 10_000))}}}""");

    /// <summary>A record that has that size with its key.</summary>
    private static byte[] Sized(string id, int size)
    {
        var spaces = size - id.Length - Json(id, "").Length;
        return Json(id, new string(' ', spaces));
    }
}
