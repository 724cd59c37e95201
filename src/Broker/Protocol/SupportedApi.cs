using System.Collections.Frozen;

namespace Vigil.Broker.Protocol;

/// <summary>The versions of one request that are served. From <paramref name="FirstFlexible"/> on, strings and arrays are compact and structures end in tagged fields.</summary>
internal sealed record SupportedApi(ApiKey Key, short Min, short Max, short FirstFlexible)
{
    /// <summary>Clients switch features on by the ranges seen here; librdkafka wants Produce from 0, though versions below 3 carry a record format that is not served.</summary>
    public static readonly IReadOnlyList<SupportedApi> All =
    [
        new(ApiKey.Produce, 0, 8, 9),
        new(ApiKey.Fetch, 4, 11, 12),
        new(ApiKey.ListOffsets, 1, 5, 6),
        new(ApiKey.Metadata, 0, 12, 9),
        new(ApiKey.OffsetCommit, 2, 7, 8),
        new(ApiKey.OffsetFetch, 1, 7, 6),
        new(ApiKey.FindCoordinator, 0, 2, 3),
        new(ApiKey.JoinGroup, 0, 5, 6),
        new(ApiKey.Heartbeat, 0, 3, 4),
        new(ApiKey.LeaveGroup, 0, 3, 4),
        new(ApiKey.SyncGroup, 0, 3, 4),
        new(ApiKey.DescribeGroups, 0, 4, 5),
        new(ApiKey.ListGroups, 0, 4, 3),
        new(ApiKey.ApiVersions, 0, 3, 3),
        new(ApiKey.CreateTopics, 0, 4, 5),
        new(ApiKey.DeleteTopics, 0, 3, 4),
        new(ApiKey.DeleteRecords, 0, 1, 2),
        new(ApiKey.InitProducerId, 0, 4, 2),
        new(ApiKey.OffsetForLeaderEpoch, 2, 3, 4),
        new(ApiKey.AddPartitionsToTxn, 0, 1, 3),
        new(ApiKey.AddOffsetsToTxn, 0, 1, 3),
        new(ApiKey.EndTxn, 0, 1, 3),
        new(ApiKey.TxnOffsetCommit, 0, 3, 3),
        new(ApiKey.DescribeConfigs, 0, 1, 4),
        new(ApiKey.AlterConfigs, 0, 1, 2),
        new(ApiKey.CreatePartitions, 0, 1, 2),
        new(ApiKey.DeleteGroups, 0, 1, 2),
        new(ApiKey.IncrementalAlterConfigs, 0, 0, 1),
        new(ApiKey.OffsetDelete, 0, 0, short.MaxValue),
    ];

    private static readonly FrozenDictionary<ApiKey, SupportedApi> ByKey = All.ToFrozenDictionary(api => api.Key);

    public static SupportedApi? Find(ApiKey key) => ByKey.GetValueOrDefault(key);

    public bool Serves(short version) => version >= Min && version <= Max;

    public bool IsFlexible(short version) => version >= FirstFlexible;
}
