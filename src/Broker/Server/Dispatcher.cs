using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Server;

/// <summary>From a request frame to its reply: reads the request in its version, has the room that owns it answer, writes the reply.</summary>
internal sealed class Dispatcher(
    BrokerOptions options, AdvertisedAddress address, TopicStore topics, GroupCoordinator groups, TransactionCoordinator transactions)
{
    private readonly RecordRequests _records = new(topics, transactions, options);
    private readonly TopicRequests _topics = new(topics, groups, options, address);
    private readonly GroupRequests _groups = new(groups);

    /// <summary>False where the client wants no reply.</summary>
    public async ValueTask<bool> ServeAsync(ReadOnlyMemory<byte> frame, WireWriter writer, CancellationToken stop)
    {
        var reader = new WireReader(frame);
        var header = RequestHeader.Read(reader);
        var reply = await AnswerAsync(header, reader, stop).ConfigureAwait(false);
        if (reply is null)
        {
            return false;
        }

        var served = SupportedApi.Find(header.Key)!.Serves(header.Version);
        var version = served ? header.Version : (short)0;
        writer.Int32(header.CorrelationId);
        writer.Flexible = reader.Flexible;
        if (header.Key != ApiKey.ApiVersions)
        {
            // ApiVersions keeps the old reply header: a client reads it before it knows what the broker speaks.
            writer.NoTags();
        }

        reply.Write(writer, version);
        (reply as IDisposable)?.Dispose();
        return true;
    }

    private async ValueTask<IReply?> AnswerAsync(RequestHeader header, WireReader reader, CancellationToken stop)
    {
        var version = header.Version;
        return header.Key switch
        {
            ApiKey.Produce => _records.Produce(reader, version),
            ApiKey.Fetch => await _records.FetchAsync(FetchRequest.Read(reader, version), stop).ConfigureAwait(false),
            ApiKey.JoinGroup => await groups.JoinAsync(JoinGroupRequest.Read(reader, version), header.ClientId, stop).ConfigureAwait(false),
            ApiKey.SyncGroup => await groups.SyncAsync(SyncGroupRequest.Read(reader, version), stop).ConfigureAwait(false),
            _ => Answer(header.Key, version, reader),
        };
    }

    private IReply Answer(ApiKey key, short version, WireReader reader) => key switch
    {
        ApiKey.ApiVersions => new ApiVersionsReply(SupportedApi.Find(key)!.Serves(version) ? ErrorCode.None : ErrorCode.UnsupportedVersion),
        ApiKey.ListOffsets => _records.ListOffsets(ListOffsetsRequest.Read(reader, version)),
        ApiKey.OffsetForLeaderEpoch => _records.EpochEnds(OffsetForLeaderEpochRequest.Read(reader, version)),
        ApiKey.DeleteRecords => _records.Delete(DeleteRecordsRequest.Read(reader)),
        ApiKey.Metadata => _topics.Metadata(MetadataRequest.Read(reader, version)),
        ApiKey.FindCoordinator => new FindCoordinatorReply(address.Host, address.Port),
        ApiKey.CreateTopics => _topics.Create(CreateTopicsRequest.Read(reader, version)),
        ApiKey.DeleteTopics => _topics.Delete(DeleteTopicsRequest.Read(reader)),
        ApiKey.CreatePartitions => _topics.Grow(CreatePartitionsRequest.Read(reader)),
        ApiKey.DescribeConfigs => _topics.DescribeConfigs(DescribeConfigsRequest.Read(reader)),
        ApiKey.AlterConfigs => _topics.AlterConfigs(AlterConfigsRequest.ReadWhole(reader)),
        ApiKey.IncrementalAlterConfigs => _topics.AlterConfigs(AlterConfigsRequest.ReadIncremental(reader)),
        ApiKey.OffsetCommit => _groups.Commit(OffsetCommitRequest.Read(reader, version)),
        ApiKey.OffsetFetch => groups.Fetch(OffsetFetchRequest.Read(reader, version)),
        ApiKey.Heartbeat => _groups.Heartbeat(HeartbeatRequest.Read(reader, version)),
        ApiKey.LeaveGroup => _groups.Leave(LeaveGroupRequest.Read(reader, version)),
        ApiKey.DescribeGroups => _groups.Describe(DescribeGroupsRequest.Read(reader)),
        ApiKey.ListGroups => _groups.List(ListGroupsRequest.Read(reader, version)),
        ApiKey.DeleteGroups => _groups.Delete(DeleteGroupsRequest.Read(reader)),
        ApiKey.OffsetDelete => _groups.DeleteOffsets(OffsetDeleteRequest.Read(reader)),
        ApiKey.InitProducerId => transactions.InitProducerId(InitProducerIdRequest.Read(reader, version)),
        ApiKey.AddPartitionsToTxn => new PartitionErrorsReply(transactions.AddPartitions(AddPartitionsToTxnRequest.Read(reader))),
        ApiKey.AddOffsetsToTxn => new ErrorReply(transactions.AddOffsets(AddOffsetsToTxnRequest.Read(reader))),
        ApiKey.TxnOffsetCommit => new PartitionErrorsReply(transactions.CommitOffsets(TxnOffsetCommitRequest.Read(reader, version))),
        ApiKey.EndTxn => new ErrorReply(transactions.EndTransaction(EndTxnRequest.Read(reader))),
        _ => throw new MalformedFrameException($"request {key} is not served"),
    };
}
