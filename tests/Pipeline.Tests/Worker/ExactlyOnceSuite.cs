using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Content = Vigil.Contracts.Wire.Content;
using Disposition = Vigil.Contracts.Wire.Disposition;

namespace Vigil.Pipeline.Tests.Worker;

public abstract class ExactlyOnceSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<WorkerHarness> StartAsync();

    [Fact]
    public async Task Run_ContentWithCreateTime_CountsByTheWorkersClock()
    {
        await using var harness = await StartAsync();
        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [new() { Type = ResourceType.Topic, Name = harness.Clients.Topics.Content }] =
                [new() { Name = "message.timestamp.type", Value = "CreateTime", IncrementalOperation = AlterConfigOpType.Set }],
        });
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await harness.PublishToAsync(0, "a", "one", new Timestamp(before - 86_400_000, TimestampType.CreateTime));
        await harness.StartWorkerAsync("one");

        var status = Assert.Single(await harness.StatusOfAsync(1, Token));

        Assert.InRange(status.Source.TimeMs, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Run_PartitionsAddedUnderIt_AreReadFromTheirBeginning()
    {
        await using var harness = await StartAsync();
        var worker = await harness.StartWorkerAsync("one");
        await harness.PublishAsync("a", "one");
        await harness.StatusOfAsync(1, Token);
        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.CreatePartitionsAsync([new() { Topic = harness.Clients.Topics.Content, IncreaseTo = 14 }]);

        // Before the worker can know of them.
        await harness.PublishToAsync(12, "b", "two");
        await harness.PublishToAsync(13, "c", "three");
        var status = await harness.StatusOfAsync(3, Token);

        Assert.Equal([(12, 0L), (13, 0L)], status.Select(one => (one.Source.Partition, one.Source.Offset)).Where(source => source.Partition >= 12).Order());
        Assert.False(worker.ExecuteTask!.IsCompleted);
    }

    [Fact]
    public async Task Run_EveryKindOfRecord_EndsInItsOneDisposition()
    {
        await using var harness = await StartAsync();
        var expected = new Dictionary<(int, long), (Disposition, string)>();
        async Task Publish(Disposition disposition, string reason, string? key, byte[]? value) =>
            expected.Add(await harness.PublishAsync(key, value), (disposition, reason));

        await Publish(Disposition.Queued, "", "a", Post("a", "a bad line"));
        await Publish(Disposition.Duplicate, "", "a", Post("a", "a bad line"));
        await Publish(Disposition.Cleared, "", "a", Post("a", "edited without revision"));
        await Publish(Disposition.Queued, "", "b", Post("b", "bad", 5));
        await Publish(Disposition.Superseded, "", "b", Post("b", "older", 4));
        await Publish(Disposition.Superseded, "", "b", Post("b", "", 4));
        await Publish(Disposition.Withdrawn, "", "b", null);
        await Publish(Disposition.Withdrawn, "", "c", new Content { Id = "c", Deleted = true, Revision = 2 }.ToByteArray());
        await Publish(Disposition.Rejected, RejectReason.EmptyValue, "d", []);
        await Publish(Disposition.Rejected, RejectReason.Undecodable, "d", [0xFF, 0xFE]);
        await Publish(Disposition.Rejected, RejectReason.KeyMismatch, "d", Post("e", "x"));
        await Publish(Disposition.Rejected, RejectReason.Empty, "f", Post("f", ""));
        await Publish(Disposition.Cleared, "", "f", Post("f", "mended"));
        await Publish(Disposition.Rejected, RejectReason.NoId, null, null);
        await Publish(Disposition.Cleared, "", null, Post("g", "without a key"));
        await harness.StartWorkerAsync("one");

        var status = await harness.StatusOfAsync(expected.Count, Token);

        Assert.Equal(
            expected.OrderBy(one => one.Key).Select(one => (one.Key, one.Value)),
            status.Select(one => ((one.Source.Partition, one.Source.Offset), (one.Disposition, one.Reason))).OrderBy(one => one.Item1));
        Assert.All(status, one => Assert.Equal(StatusEvent.Types.Kind.Disposition, one.Kind));
        Assert.All(status, one => Assert.NotEmpty(one.Source.TopicId));
    }

    [Fact]
    public async Task Run_RejectedRecord_BecomesADeadLetterByteForByte()
    {
        await using var harness = await StartAsync();
        byte[] value = [0x00, 0x01, 0x02, 0xFF];
        var (partition, offset) = await harness.PublishAsync("a", value, new Headers { { "x-own", [7, 0, 7] } });
        await harness.StartWorkerAsync("one");
        await harness.StatusOfAsync(1, Token);

        var letter = Assert.Single(TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.DeadLetters)).Message;
        Assert.Equal("a"u8.ToArray(), letter.Key);
        Assert.Equal(value, letter.Value);
        Assert.Equal([7, 0, 7], letter.Headers.GetLastBytes("x-own"));
        Assert.Equal(
            (RejectReason.RegistryFrame, $"{partition}", $"{offset}"),
            (Text(letter.Headers, WireHeaders.Reason), Text(letter.Headers, WireHeaders.SourcePartition), Text(letter.Headers, WireHeaders.SourceOffset)));
    }

    [Fact]
    public async Task Run_RankedAndWithdrawn_StandUnderTheIdWithTheirSource()
    {
        await using var harness = await StartAsync();
        var headers = new Headers { { WireHeaders.TraceParent, "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"u8.ToArray() } };
        await harness.PublishAsync("a", Post("a", "a bad line", 3), headers);
        var (partition, offset) = await harness.PublishAsync("a", value: null);
        await harness.StartWorkerAsync("one");
        await harness.StatusOfAsync(2, Token);

        var records = TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Ranked);
        var ranked = records.ConvertAll(record => Contracts.Wire.RankedItem.Parser.ParseFrom(record.Message.Value));
        Assert.Equal([Disposition.Queued, Disposition.Withdrawn], ranked.Select(item => item.Disposition));
        Assert.Equal(("a", 3L, 32), (ranked[0].ContentId, ranked[0].Version.Revision, ranked[0].Version.Digest.Length));
        Assert.Equal((partition, offset, 0), (ranked[1].Source.Partition, ranked[1].Source.Offset, ranked[1].Version.Digest.Length));
        Assert.True(ranked[0].Source.TimeMs > 0);
        Assert.StartsWith("00-0123456789abcdef0123456789abcdef-", Text(records[0].Message.Headers, WireHeaders.TraceParent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TransactionsAbortInMidStream_NothingIsLostNorItsOwnDuplicate()
    {
        await using var harness = await StartAsync();
        var published = new HashSet<(int, long)>();
        await harness.StartWorkerAsync("one");
        await PublishMany(harness, published, 0, 150);
        await harness.StatusOfAsync(150, Token);

        // No ranked item fits any more (transaction markers do): every transaction is aborted after its first produce.
        await SetMaxMessageBytes(harness, 150);
        var end = UncommittedEnd(harness);
        await PublishMany(harness, published, 150, 150);
        await harness.UntilAsync(() => UncommittedEnd(harness) > end + 24, "aborted transactions on the status topic", Token);
        Assert.Equal(150, harness.Status().Count);
        await SetMaxMessageBytes(harness, 1 << 20);
        await PublishMany(harness, published, 300, 50);

        var status = await harness.StatusOfAsync(350, Token);
        Assert.Equal(published.Order(), status.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.All(status, one => Assert.Equal(Disposition.Queued, one.Disposition));
    }

    [Fact]
    public async Task Run_WorkersJoinAndLeaveUnderLoad_EveryRecordHasOneStatus()
    {
        await using var harness = await StartAsync();
        var published = new HashSet<(int, long)>();
        var first = await harness.StartWorkerAsync("one");
        await PublishMany(harness, published, 0, 200);
        var second = await harness.StartWorkerAsync("two");
        await PublishMany(harness, published, 200, 600);
        await harness.StatusOfAsync(400, Token);
        await first.StopAsync(Token);
        await PublishMany(harness, published, 800, 400);
        await harness.StartWorkerAsync("three");
        await PublishMany(harness, published, 1_200, 400);
        await second.StopAsync(Token);
        await PublishMany(harness, published, 1_600, 200);

        var status = await harness.StatusOfAsync(1_800, Token);
        Assert.Equal(published.Order(), status.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.All(status, one => Assert.Equal(Disposition.Queued, one.Disposition));
    }

    // Pitfall 14: polling goes on, paused, while a batch takes its time.
    [Fact]
    public async Task Run_WorkerJoinsWhileTheFirstIsPaused_WhatItKeepsIsReadOn()
    {
        await using var harness = await StartAsync();
        using var gate = new ManualResetEventSlim();
        var published = new HashSet<(int, long)>();
        await PublishMany(harness, published, 0, 400);
        var scorer = new GatedScorer(gate);
        using var logs = new RecordedLogs();
        await harness.StartWorkerAsync("one", scorer, logs);
        await harness.UntilAsync(() => logs.Has("Paused "), "the first worker to pause its partitions", Token);
        await harness.StartWorkerAsync("two");
        await harness.UntilAsync(() => harness.Status().Count > 0, "the second worker to have partitions", Token);
        gate.Set();
        await PublishMany(harness, published, 400, 200);

        var status = await harness.StatusOfAsync(600, Token);
        Assert.Equal(published.Order(), status.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
    }

    private static byte[] Post(string id, string text, long revision = 0)
    {
        var content = new Content { Id = id, Revision = revision };
        content.Parts.Add(new Part { Text = text });
        return content.ToByteArray();
    }

    private static async Task PublishMany(WorkerHarness harness, HashSet<(int, long)> published, int first, int count)
    {
        foreach (var position in await Task.WhenAll(Enumerable.Range(first, count).Select(i => harness.PublishAsync($"id-{i}", "a bad line"))))
        {
            published.Add(position);
        }
    }

    private static async Task SetMaxMessageBytes(WorkerHarness harness, int bytes)
    {
        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [new() { Type = Confluent.Kafka.Admin.ResourceType.Topic, Name = harness.Clients.Topics.Ranked }] =
                [new() { Name = "max.message.bytes", Value = $"{bytes}", IncrementalOperation = Confluent.Kafka.Admin.AlterConfigOpType.Set }],
        });
    }

    private static long UncommittedEnd(WorkerHarness harness)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = harness.Bootstrap, GroupId = "ends" }).Build();
        return Enumerable.Range(0, 12).Sum(partition => consumer.QueryWatermarkOffsets(new(harness.Clients.Topics.Status, partition), TimeSpan.FromSeconds(10)).High.Value);
    }

    private static string Text(Headers headers, string name) => Encoding.UTF8.GetString(headers.GetLastBytes(name));
}

/// <summary>Scores like <see cref="WordScorer"/>, once its gate is open.</summary>
internal sealed class GatedScorer(ManualResetEventSlim gate) : Scoring.IItemScorer
{
    private readonly WordScorer _scorer = new();
    public IReadOnlyList<Scoring.ScoredItem> Score(IReadOnlyList<Contracts.Content> items, Scoring.StageClock clock, CancellationToken cancellation)
    {
        gate.Wait(cancellation);
        return _scorer.Score(items, clock, cancellation);
    }
}
