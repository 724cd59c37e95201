using System.Threading.Channels;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Review.Projection;

namespace Vigil.Review.Contents;

/// <summary>Reads single records of <c>content</c> by place, with a few consumers that join no group.</summary>
internal sealed class ContentReader : IDisposable
{
    private const int Consumers = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly ReviewKafka _kafka;
    private readonly TopicDirectory _directory;
    private readonly TimeProvider _time;
    private readonly Channel<Lazy<IConsumer<byte[], byte[]>>> _idle = Channel.CreateBounded<Lazy<IConsumer<byte[], byte[]>>>(Consumers);

    public ContentReader(ReviewKafka kafka, TopicDirectory directory, TimeProvider time)
    {
        _kafka = kafka;
        _directory = directory;
        _time = time;
        for (var i = 0; i < Consumers; i++)
        {
            _idle.Writer.TryWrite(new(Open));
        }
    }

    /// <returns>The record at exactly that place, or why there is none.</returns>
    public async Task<(ConsumeResult<byte[], byte[]>? Record, ContentState State)> ReadAsync(SourceRecord source, CancellationToken cancellation)
    {
        var topic = (await _directory.DescribeAsync(_kafka.Topics.Content))[0];
        if (topic.Id != source.TopicId || source.Partition >= topic.Partitions)
        {
            return (null, ContentState.TopicRecreated);
        }

        // The client falls back or stalls on an offset out of range, so the broker is asked first.
        var place = new TopicPartition(topic.Name, source.Partition);
        var (low, high) = await _directory.RangeAsync(place);
        if (source.Offset < low)
        {
            return (null, ContentState.Expired);
        }

        if (source.Offset >= high)
        {
            return (null, ContentState.Missing);
        }

        var consumer = await _idle.Reader.ReadAsync(cancellation);
        try
        {
            consumer.Value.Assign(new TopicPartitionOffset(place, source.Offset));
            return await TakeAsync(consumer.Value, source.Offset, cancellation);
        }
        catch (ConsumeException fault) when (fault.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            return (null, ContentState.Expired);
        }
        finally
        {
            consumer.Value.Unassign();
            _idle.Writer.TryWrite(consumer);
        }
    }

    public void Dispose()
    {
        while (_idle.Reader.TryRead(out var consumer))
        {
            if (consumer.IsValueCreated)
            {
                consumer.Value.Dispose();
            }
        }
    }

    private async Task<(ConsumeResult<byte[], byte[]>?, ContentState)> TakeAsync(IConsumer<byte[], byte[]> consumer, long offset, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < Patience)
        {
            if (consumer.Consume(TimeSpan.Zero) is { } record)
            {
                return record.IsPartitionEOF || record.Offset.Value != offset ? (null, ContentState.Missing) : (record, ContentState.Whole);
            }

            await Task.Delay(Pause, _time, cancellation);
        }

        return (null, ContentState.Unavailable);
    }

    private IConsumer<byte[], byte[]> Open() => _kafka.OpenConsumer(config =>
    {
        // One record is wanted, not what follows it: a broker always answers at least one whole batch.
        config.MaxPartitionFetchBytes = 64 * 1024;
        config.FetchMaxBytes = 64 * 1024;
        config.MessageMaxBytes = 64 * 1024;
        config.QueuedMinMessages = 1;
    });
}
