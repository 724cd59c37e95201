using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Broker.Protocol.Messages;
using WireError = Vigil.Broker.Protocol.ErrorCode;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>Records: what is written is what is read, once, in order, at the offset that was acknowledged.</summary>
public abstract class RecordConformance(IBrokerUnderTest broker) : ConformanceSuite(broker)
{
    [Fact]
    public async Task Produce_HeadersAndNulls_AreReadAsWritten()
    {
        var topic = await TopicAsync();
        var headers = new Headers { { "trace", [1, 2, 3] }, { "trace", [4] }, { "none", null } };
        var producer = Producer();

        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = null, Value = "value", Headers = headers }, Cancellation);
        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "key", Value = null }, Cancellation);
        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "", Value = "" }, Cancellation);

        var read = ReadToEnd(topic);
        Assert.Equal([(null, "value"), ("key", null), ("", "")], read.Select(record => (record.Message.Key, record.Message.Value)));
        Assert.Equal(["trace:010203", "trace:04", "none:-"], read[0].Message.Headers.Select(header => $"{header.Key}:{(header.GetValueBytes() is { } bytes ? Convert.ToHexString(bytes) : "-")}"));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Produce_EveryCodec_IsReadInOrder(CompressionType codec)
    {
        var topic = await TopicAsync();
        var values = Enumerable.Range(0, 300).Select(string? (i) => $"record {i} {new string('x', i)}").ToList();
        var producer = Producer(config => config.CompressionType = codec);
        foreach (var value in values)
        {
            producer.Produce(topic, Record(value));
        }

        producer.Flush(Patience);

        Assert.Equal(values, ValuesOf(topic));
    }

    [Fact]
    public async Task Produce_SixMebibytes_IsReadWhole()
    {
        var topic = await TopicAsync(1, ("max.message.bytes", "6291456"));
        var value = string.Create(6_291_000, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 23));
            }
        });

        await Producer().ProduceAsync(topic, Record(value), Cancellation);
        await Producer().ProduceAsync(topic, Record("after"), Cancellation);

        Assert.Equal([value, "after"], ValuesOf(topic));
    }

    [Fact]
    public async Task Produce_OverTheTopicsLimit_IsRefused()
    {
        var topic = await TopicAsync(1, ("max.message.bytes", "10000"));

        var refused = await Assert.ThrowsAsync<ProduceException<string?, string?>>(() => Producer().ProduceAsync(topic, Record(new string('x', 20_000)), Cancellation));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        Assert.Empty(ValuesOf(topic));
    }

    [Fact]
    public async Task Produce_UnknownTopic_IsNotCreated()
    {
        var topic = Name("never");

        var refused = await Assert.ThrowsAsync<ProduceException<string?, string?>>(() =>
            Producer(config => config.Set("topic.metadata.propagation.max.ms", "500")).ProduceAsync(topic, Record("lost"), Cancellation));

        Assert.Contains(refused.Error.Code, new[] { ErrorCode.UnknownTopicOrPart, ErrorCode.Local_UnknownTopic });
    }

    [Fact]
    public async Task Produce_WithoutAcknowledgement_IsWritten()
    {
        var topic = await TopicAsync();
        var producer = Producer(config => config.Acks = Acks.None);

        await producer.ProduceAsync(topic, Record("unconfirmed"), Cancellation);

        await UntilAsync(() => Task.FromResult(ValuesOf(topic) is ["unconfirmed"]), "the record is written");
    }

    [Fact]
    public async Task Fetch_AtTheEnd_IsAnsweredByTheNextAppend()
    {
        var topic = await TopicAsync();
        using var reader = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        Assert.Equal((WireError.None, 0), await reader.FetchAsync(topic, 0, TimeSpan.FromMilliseconds(10)));

        var waiting = reader.FetchAsync(topic, 0, TimeSpan.FromMinutes(5));
        await Producer().ProduceAsync(topic, Record("awaited"), Cancellation);

        Assert.True((await waiting).Bytes > 0);
    }

    [Fact]
    public async Task Fetch_OfALargeBatchWithASmallLimit_IsGivenIt()
    {
        var topic = await TopicAsync();
        await Producer().ProduceAsync(topic, Record(new string('x', 50_000)), Cancellation);
        await Producer().ProduceAsync(topic, Record("next"), Cancellation);
        using var reader = await RawClient.ConnectAsync(Bootstrap, Cancellation);

        var fetched = await reader.FetchAsync(topic, 0, TimeSpan.FromSeconds(10), maxBytes: 100);

        Assert.InRange(fetched.Bytes, 50_000, 50_200);
    }

    [Fact]
    public async Task Timestamps_OfCreateTime_AreTheProducers()
    {
        var topic = await TopicAsync();
        var at = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);

        await Producer().ProduceAsync(topic, new Message<string?, string?> { Value = "old", Timestamp = at }, Cancellation);

        Assert.Equal(at, ReadToEnd(topic).Single().Message.Timestamp);
    }

    [Fact]
    public async Task Timestamps_OfLogAppendTime_AreTheBrokers()
    {
        var topic = await TopicAsync(1, ("message.timestamp.type", "LogAppendTime"));
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var written = await Producer().ProduceAsync(topic, new Message<string?, string?> { Value = "backdated", Timestamp = new Timestamp(1_000, TimestampType.CreateTime) }, Cancellation);

        var read = ReadToEnd(topic).Single().Message.Timestamp;
        Assert.Equal(TimestampType.LogAppendTime, read.Type);
        Assert.InRange(read.UnixTimestampMs, before, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(read, written.Timestamp);
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task OffsetsForTimes_InsideABatch_FindsTheFirstRecordNotBefore(CompressionType codec)
    {
        var topic = await TopicAsync();
        var producer = Producer(config =>
        {
            config.LingerMs = 200;
            config.CompressionType = codec;
        });
        for (var i = 0; i < 10; i++)
        {
            producer.Produce(topic, new Message<string?, string?> { Value = new string('v', 100) + i, Timestamp = new Timestamp(1_700_000_000_000 + (1_000 * i), TimestampType.CreateTime) });
        }

        producer.Flush(Patience);
        var consumer = Consumer(Name("times"));

        long At(long milliseconds) => consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp(topic, 0, new Timestamp(1_700_000_000_000 + milliseconds, TimestampType.CreateTime))], Patience).Single().Offset.Value;

        Assert.Equal(0, At(-5));
        Assert.Equal(4, At(4_000));
        Assert.Equal(5, At(4_001));
        Assert.Equal(9, At(9_000));
        Assert.Equal(Offset.End.Value, At(9_001));
    }

    [Fact]
    public async Task Consume_FromTheMiddleOfABatch_StartsThere()
    {
        var topic = await TopicAsync();
        var producer = Producer(config => config.LingerMs = 200);
        for (var i = 0; i < 10; i++)
        {
            producer.Produce(topic, Record($"{i}"));
        }

        producer.Flush(Patience);

        Assert.Equal(["7", "8", "9"], ReadToEnd(topic, from: 7).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task Produce_SameSequenceTwice_IsWrittenOnce()
    {
        var topic = await TopicAsync();
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var producer = await client.InitProducerIdAsync(null);

        var first = await client.ProduceAsync(topic, RawClient.Batch(producer, 0, count: 3), null);
        var next = await client.ProduceAsync(topic, RawClient.Batch(producer, 3), null);
        var again = await client.ProduceAsync(topic, RawClient.Batch(producer, 0, count: 3), null);

        Assert.Equal((WireError.None, 0L), first);
        Assert.Equal((WireError.None, 3L), next);
        Assert.Equal(first, again);
        Assert.Equal(4, ReadToEnd(topic).Count);
    }

    [Fact]
    public async Task Produce_SequenceGap_IsRefused()
    {
        var topic = await TopicAsync();
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var producer = await client.InitProducerIdAsync(null);
        await client.ProduceAsync(topic, RawClient.Batch(producer, 0), null);

        var gap = await client.ProduceAsync(topic, RawClient.Batch(producer, 2), null);

        Assert.Equal(WireError.OutOfOrderSequenceNumber, gap.Error);
        Assert.Single(ReadToEnd(topic));
    }

    [Fact]
    public async Task Produce_OfAFormerEpoch_IsRefused()
    {
        var topic = await TopicAsync();
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var former = await client.InitProducerIdAsync(null);
        var current = former with { Epoch = (short)(former.Epoch + 1) };
        await client.ProduceAsync(topic, RawClient.Batch(former, 0), null);
        Assert.Equal(WireError.None, (await client.ProduceAsync(topic, RawClient.Batch(current, 0), null)).Error);

        var fenced = await client.ProduceAsync(topic, RawClient.Batch(former, 1), null);

        Assert.Equal(WireError.InvalidProducerEpoch, fenced.Error);
        Assert.Equal(2, ReadToEnd(topic).Count);
    }

    [Fact]
    public async Task Produce_DamagedBatch_IsRefused()
    {
        var topic = await TopicAsync();
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var batch = RawClient.Batch(ProducerIdentity.None, -1);
        batch[^2] ^= 1;

        var damaged = await client.ProduceAsync(topic, batch, null);

        Assert.Equal(WireError.CorruptMessage, damaged.Error);
        Assert.Empty(ReadToEnd(topic));
    }

    [Fact]
    public async Task DeleteRecords_BelowAnOffset_MovesTheStart()
    {
        var topic = await TopicAsync();
        var producer = Producer();
        for (var i = 0; i < 10; i++)
        {
            await producer.ProduceAsync(topic, Record($"{i}"), Cancellation);
        }

        await Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 6)]);

        Assert.Equal(6, await OffsetAsync(topic, OffsetSpec.Earliest()));
        Assert.Equal(["6", "7", "8", "9"], ValuesOf(topic));
        var gone = Assert.Throws<ConsumeException>(() => ReadToEnd(topic, from: 2));
        Assert.Equal(ErrorCode.Local_AutoOffsetReset, gone.Error.Code);
    }
}
