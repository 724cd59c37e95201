using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Server;

/// <summary>Requests about records: produce, fetch, offsets.</summary>
internal sealed class RecordRequests(TopicStore topics, TransactionCoordinator transactions, BrokerOptions options)
{
    private const short FirstBatchVersion = 3;

    /// <summary>Longest a fetch is held, whatever the client's patience: a client that left behind a heap of requests is not seen before.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    /// <summary>Null where the client asked for no acknowledgement.</summary>
    public ProduceReply? Produce(WireReader reader, short version)
    {
        if (version < FirstBatchVersion)
        {
            throw new MalformedFrameException($"version {version} of Produce carries a record format that is not served");
        }

        var request = ProduceRequest.Read(reader);
        var reply = new ProduceReply(request.Topics.Answer((topic, partition) => Append(request, topic, partition)));
        return request.Acks == 0 ? null : reply;
    }

    /// <summary>A long poll: answers when enough bytes are there, when a partition has an error, or when the client's patience ends.</summary>
    public async Task<FetchReply> FetchAsync(FetchRequest request, CancellationToken stop)
    {
        var started = options.Time.GetTimestamp();
        var patience = TimeSpan.FromMilliseconds(request.MaxWaitMs);
        while (true)
        {
            var left = (patience < LongestHold ? patience : LongestHold) - options.Time.GetElapsedTime(started);
            var logs = left > TimeSpan.Zero ? Logs(request) : [];
            var signal = new FetchSignal();

            // Registered before reading, so that no append falls between the read and the wait.
            logs.ForEach(log => log.Register(signal));
            try
            {
                var reply = Read(request, out var bytes, out var failed);
                if (failed || bytes >= request.MinBytes || left <= TimeSpan.Zero)
                {
                    return reply;
                }

                reply.Dispose();
                await signal.WaitAsync(left, options.Time, stop).ConfigureAwait(false);
            }
            finally
            {
                logs.ForEach(log => log.Unregister(signal));
            }
        }
    }

    /// <summary>A partition may be asked for once: a search by time can cost the expansion of a whole batch.</summary>
    public ListOffsetsReply ListOffsets(ListOffsetsRequest request)
    {
        var seen = new HashSet<(string Topic, int Partition)>();
        return new(request.Topics.Answer((topic, asked) =>
        {
            if (!seen.Add((topic, asked.Partition)))
            {
                return new ListedOffset(asked.Partition, ErrorCode.InvalidRequest);
            }

            if (topics.Find(topic, asked.Partition) is not { } log)
            {
                return new ListedOffset(asked.Partition, ErrorCode.UnknownTopicOrPartition);
            }

            var (start, lastStable, end) = log.Bounds;
            var (offset, timestamp) = asked.Timestamp switch
            {
                ListOffsetsRequest.Earliest => (start, -1L),
                ListOffsetsRequest.Latest => (request.ReadCommitted ? lastStable : end, -1L),
                _ => log.FindByTime(asked.Timestamp, request.ReadCommitted),
            };
            return new ListedOffset(asked.Partition, ErrorCode.None, timestamp, offset);
        }));
    }

    /// <summary>There is one leader for ever, so epoch 0 ends where the log does.</summary>
    public OffsetForLeaderEpochReply EpochEnds(OffsetForLeaderEpochRequest request) =>
        new(request.Topics.Answer((topic, asked) =>
            topics.Find(topic, asked.Partition) is not { } log ? new EpochEnd(asked.Partition, ErrorCode.UnknownTopicOrPartition)
            : asked.LeaderEpoch > 0 ? new EpochEnd(asked.Partition, ErrorCode.UnknownLeaderEpoch)
            : new EpochEnd(asked.Partition, ErrorCode.None, 0, log.Bounds.End)));

    public DeleteRecordsReply Delete(DeleteRecordsRequest request) =>
        new(request.Topics.Answer((topic, asked) =>
            topics.Find(topic, asked.Partition) is not { } log ? new DeletedRecords(asked.Partition, ErrorCode.UnknownTopicOrPartition)
            : log.DeleteBefore(asked.Offset) is { } start ? new DeletedRecords(asked.Partition, ErrorCode.None, start)
            : new DeletedRecords(asked.Partition, ErrorCode.OffsetOutOfRange)));

    private ProducedPartition Append(ProduceRequest request, string topic, ProducePartition partition)
    {
        if (request.Acks is < -1 or > 1)
        {
            return new(partition.Partition, ErrorCode.InvalidRequiredAcks);
        }

        if (topics.Find(topic, partition.Partition) is not { } log)
        {
            return new(partition.Partition, ErrorCode.UnknownTopicOrPartition);
        }

        if (partition.Records is not { } batch)
        {
            return new(partition.Partition, ErrorCode.InvalidRecord);
        }

        var result = request.TransactionalId is { } id ? transactions.Append(id, new(topic, partition.Partition), log, batch)
            : IsTransactional(batch.Span) ? new(ErrorCode.InvalidTxnState)
            : log.Append(batch.Span);
        return new(partition.Partition, result.Error, result.BaseOffset, result.LogAppendTime, log.Bounds.Start);
    }

    private static bool IsTransactional(ReadOnlySpan<byte> batch) => BatchHeader.TryRead(batch, out var header) && header.IsTransactional;

    private List<PartitionLog> Logs(FetchRequest request) =>
    [
        .. request.Topics.SelectMany(topic => topic.Partitions.Select(partition => topics.Find(topic.Topic, partition.Partition)).OfType<PartitionLog>()),
    ];

    private FetchReply Read(FetchRequest request, out int bytes, out bool failed)
    {
        var total = 0;
        var anyFailed = false;
        var budget = Math.Min(Math.Max(request.MaxBytes, 0), options.MaxFetchBytes);
        var reply = new FetchReply(request.Topics.Answer((topic, asked) =>
        {
            // The first batch of a reply is given whatever its size, or a large record would stop its reader for ever.
            var read = topics.Find(topic, asked.Partition)?.Read(asked.Offset, Math.Min(Math.Max(asked.MaxBytes, 0), budget - Math.Min(total, budget)), request.ReadCommitted, atLeastOne: total == 0);
            if (read is not { } result)
            {
                anyFailed = true;
                return new FetchedPartition(asked.Partition, ErrorCode.UnknownTopicOrPartition, -1, -1, -1, null, null, 0);
            }

            anyFailed |= result.Error != ErrorCode.None;
            total += result.Slice.Length;
            return new FetchedPartition(asked.Partition, result.Error, result.HighWatermark, result.LastStable, result.LogStart, result.Aborted, result.Slice.Buffer, result.Slice.Length);
        }));
        bytes = total;
        failed = anyFailed;
        return reply;
    }
}
