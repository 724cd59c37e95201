using Microsoft.Extensions.Logging;

namespace Vigil.Ingest;

/// <summary>Log messages of the stage: ids, counts and codes, never content.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(1, LogLevel.Warning, "Kafka {Client}: {Code}: {Reason}")]
    public static partial void ClientError(ILogger log, string client, string code, string reason);

    [LoggerMessage(2, LogLevel.Debug, "{Client}: {Message}")]
    public static partial void Client(ILogger log, string client, string message);

    [LoggerMessage(3, LogLevel.Information, "Assigned {Count} partitions of content: {Partitions}")]
    public static partial void Assigned(ILogger log, int count, string partitions);

    [LoggerMessage(4, LogLevel.Information, "Content partitions {Kind}, {Count}: {Partitions}")]
    public static partial void Lost(ILogger log, string kind, int count, string partitions);

    [LoggerMessage(5, LogLevel.Information, "Rewound {Count} partitions to their committed offsets")]
    public static partial void Rewound(ILogger log, int count);

    [LoggerMessage(6, LogLevel.Warning, "{Partition}: offset {Offset} was deleted before anything of it was committed; reading from {Low}")]
    public static partial void UncommittedGap(ILogger log, string partition, long offset, long low);

    [LoggerMessage(7, LogLevel.Warning, "Transaction aborted at {Step}: {Reason}; its records will be read again")]
    public static partial void Aborted(ILogger log, string step, string reason);

    [LoggerMessage(8, LogLevel.Critical, "{Call} did not return within {Seconds} s; ending the process so that a restart can recover")]
    public static partial void Hung(ILogger log, string call, double seconds);

    [LoggerMessage(10, LogLevel.Debug, "Paused {Count} partitions: the batches before them are not through yet")]
    public static partial void Paused(ILogger log, int count);

    [LoggerMessage(9, LogLevel.Information, "Transactions run as {TransactionalId}")]
    public static partial void Initialized(ILogger log, string transactionalId);

    [LoggerMessage(11, LogLevel.Warning, "A transaction of {TransactionalId} lasted longer than its {Seconds} s and was ended by Kafka; going on with a new producer")]
    public static partial void Renewed(ILogger log, string transactionalId, double seconds);

    [LoggerMessage(12, LogLevel.Warning, "Topic {Topic} has CreateTime: this worker's clock stands for the broker's. To have the broker's: vigil topics apply")]
    public static partial void OwnTime(ILogger log, string topic);
}
