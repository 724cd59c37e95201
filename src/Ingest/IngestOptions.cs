using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vigil.Ingest;

/// <summary>How content is read and outcomes are committed; section <c>Vigil:Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Vigil:Ingest";

    /// <summary>
    /// Stable name of this instance, part of its transactional id, so two living workers of one name fence each other. Empty (default): the machine's
    /// name and the HTTP port, so that two processes of one machine differ.
    /// </summary>
    [MaxLength(150)]
    public string Instance { get; set; } = "";

    /// <summary>Static group membership under the instance name: a quick restart keeps its partitions. Default off.</summary>
    public bool StaticMembership { get; set; }

    /// <summary>Records at which a batch is sealed, 1 to 10,000. Default 256.</summary>
    [Range(1, 10_000)]
    public int BatchRecords { get; set; } = 256;

    /// <summary>Bytes at which a batch is sealed, 64 KiB to 256 MiB. Default 16 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int BatchBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of text at which a batch is sealed, 4 KiB to 64 MiB. Default 256 KiB, so that a run of the longest texts takes seconds, not minutes.
    /// Images of protobuf records do not count.
    /// </summary>
    [Range(4 * 1024, 64 * 1024 * 1024)]
    public int BatchTextBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Age in milliseconds at which a batch is sealed if the models are free, 1 to 10,000: the commit interval of a worker with little to
    /// do. Default 100; half of it doubles the transactions that the brokers carry then.
    /// </summary>
    [Range(1, 10_000)]
    public int BatchMilliseconds { get; set; } = 100;

    /// <summary>Ids remembered per partition to know duplicates and older revisions, 0 to 1,000,000. Default 20,000 (about 5 MB).</summary>
    [Range(0, 1_000_000)]
    public int WindowIds { get; set; } = 20_000;

    /// <summary>
    /// Seconds after which the broker aborts a transaction left open, 5 to 60. Default 12. A dead worker's open transaction
    /// holds back read-committed readers as long.
    /// </summary>
    [Range(5, 60)]
    public int TransactionTimeoutSeconds { get; set; } = 12;

    /// <summary>Seconds one transaction call may take before the process ends itself, 10 to 300. Default 45.</summary>
    [Range(10, 300)]
    public int WatchdogSeconds { get; set; } = 45;

    /// <summary>Seconds without a heartbeat after which the group takes this worker for dead, 1 to 300. Default 10.</summary>
    [Range(1, 300)]
    public int SessionTimeoutSeconds { get; set; } = 10;

    /// <summary>Minutes without any answer from Kafka after which the worker ends, 1 to 1,440. Default 5.</summary>
    [Range(1, 1_440)]
    public int KafkaPatienceMinutes { get; set; } = 5;

    /// <summary>The instance name in use.</summary>
    public string InstanceName => Instance.Length > 0 ? Instance : Environment.MachineName;
}

[OptionsValidator]
public sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;
