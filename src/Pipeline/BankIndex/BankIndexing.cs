using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Embed;
using Vigil.Ingest;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// The bank role: the one active member of its group embeds the entries of <c>bank</c> into <c>bank-index</c>. Each time it
/// becomes active it (1) fences the member before it, (2) reads what the index holds and which records of <c>bank</c> count,
/// (3) reads <c>bank</c> from its beginning and writes what is missing, (4) once at its end, removes what is no longer there and seeds the starter bank,
/// and then (5) follows.
/// </summary>
internal sealed partial class BankIndexing(
    KafkaClients clients,
    ContentEmbedder embedder,
    IOptions<BankOptions> options,
    TimeProvider time,
    ILogger<Watchdog> watchdogLog,
    ILogger<BankIndexing> logger) : BackgroundService
{
    public const string GroupName = "bank";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a batch waits for more records once it holds one.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);

    /// <summary>Bytes of records after which a batch takes no more: the longest texts then take seconds, and the role keeps polling.</summary>
    private const long MaxBatchBytes = 256 << 10;

    /// <summary>Longest wait for a transaction call, whose own limit is 30 seconds.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);

    /// <summary>Records of the starter bank written in one transaction: small ones, tens of thousands of them.</summary>
    private const int SeedRecords = 1_000;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sessions = new KafkaSessions("bank role", TimeSpan.FromMinutes(options.Value.GiveUpMinutes), time, logger);
        return sessions.RunAsync(cancellation => Run(sessions, cancellation), stoppingToken);
    }

    private void Run(KafkaSessions sessions, CancellationToken cancellation)
    {
        var active = false;
        var config = clients.Consumer(clients.Named(GroupName));
        config.EnablePartitionEof = true;
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range;
        // How long the bank stands still after a member was killed.
        config.SessionTimeoutMs = 10_000;
        config.HeartbeatIntervalMs = 2_000;
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => LogError(logger, error.Reason))
            .SetLogHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, partitions) =>
            {
                active = partitions.Count > 0;
                return partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning));
            })
            .SetPartitionsRevokedHandler((_, _) => active = false)
            .SetPartitionsLostHandler((_, _) => active = false)
            .Build();
        consumer.Subscribe(clients.Topics.Bank);
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                var first = consumer.Consume(Poll);
                sessions.Worked();
                if (active)
                {
                    Serve(consumer, first, () => active, sessions, cancellation);
                }
            }
        }
        finally
        {
            consumer.Close();
        }
    }

    // One term as the active member.
    private void Serve(IConsumer<byte[]?, byte[]?> consumer, ConsumeResult<byte[]?, byte[]?>? first, Func<bool> isActive, KafkaSessions sessions, CancellationToken cancellation)
    {
        using var writer = new IndexWriter(clients, new Watchdog(HangLimit, time, Environment.FailFast, watchdogLog));
        var ledger = ReadIndex(cancellation);
        var projection = new BankProjection(ledger, embedder, logger);
        var last = LastRecords.Read(clients, cancellation);
        var position = 0L;
        var whole = false;
        LogActive(logger, ledger.Entries.Count, last.End);
        while (!cancellation.IsCancellationRequested)
        {
            var batch = ReadBatch(consumer, first, last, isActive, ref position);
            first = null;
            if (!isActive())
            {
                LogPassive(logger);
                return;
            }

            if (batch.Count > 0)
            {
                // The metadata is taken here, on the thread that polls, while the partition is still ours.
                Write(writer, ledger, projection.Project(batch, cancellation), new(consumer.Assignment[0], position), consumer.ConsumerGroupMetadata);
            }

            sessions.Worked();
            if (!whole && position >= last.End)
            {
                whole = true;
                Complete(writer, ledger, projection);
                // Finds the group's coordinator now, so that the first entry to come need not wait for it.
                Write(writer, ledger, [], new(consumer.Assignment[0], position), consumer.ConsumerGroupMetadata);
            }
        }
    }

    private BankLedger ReadIndex(CancellationToken cancellation)
    {
        var ledger = new BankLedger();
        CompactedTopic.ReadToEnd(
            clients,
            clients.Topics.BankIndex,
            result =>
            {
                if (IndexRecord.Of(result) is { } record)
                {
                    ledger.Apply(record);
                }
            },
            cancellation);
        return ledger;
    }

    private List<BankRecord> ReadBatch(IConsumer<byte[]?, byte[]?> consumer, ConsumeResult<byte[]?, byte[]?>? first, LastRecords last, Func<bool> isActive, ref long position)
    {
        List<BankRecord> batch = [];
        var bytes = 0L;
        for (var result = first ?? consumer.Consume(Poll); result is not null && isActive(); result = consumer.Consume(Gather))
        {
            if (result.IsPartitionEOF)
            {
                position = Math.Max(position, result.Offset.Value);
                break;
            }

            position = result.Offset.Value + 1;
            if (last.Counts(result))
            {
                batch.Add(BankRecord.Of(result));
                bytes += result.Message.Value?.Length ?? 0;
            }

            if (batch.Count >= options.Value.BatchRecords || bytes >= MaxBatchBytes)
            {
                break;
            }
        }

        return batch;
    }

    private void Complete(IndexWriter writer, BankLedger ledger, BankProjection projection)
    {
        foreach (var leftovers in projection.Leftovers().Chunk(options.Value.BatchRecords))
        {
            Write(writer, ledger, leftovers, null, null);
        }

        if (LoadStarter() is { } starter)
        {
            var seeded = 0;
            foreach (var records in StarterSeeding.Records(starter, ledger, projection.IsPresent).Chunk(SeedRecords))
            {
                Write(writer, ledger, records, null, null);
                seeded += records.Length;
            }

            LogSeeded(logger, starter.Manifest.Hash, starter.Entries.Count, seeded);
        }
    }

    private StarterBank? LoadStarter()
    {
        if (options.Value.StarterFolder is not { } folder)
        {
            return null;
        }

        try
        {
            var starter = StarterBank.Load(folder);
            if (starter.Manifest.Embedder == embedder.EncoderHash)
            {
                return starter;
            }

            LogForeignStarter(logger, starter.Manifest.Embedder);
        }
        catch (InvalidDataException fault)
        {
            LogNoStarter(logger, fault.Message);
        }

        return null;
    }

    private static void Write(IndexWriter writer, BankLedger ledger, IReadOnlyList<IndexRecord> records, TopicPartitionOffset? position, IConsumerGroupMetadata? group)
    {
        if (records.Count == 0 && position is null)
        {
            return;
        }

        writer.Write(records, position, group);
        foreach (var record in records)
        {
            ledger.Apply(record);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Bank role active: {Known} entries in the index, bank ends at offset {End}")]
    private static partial void LogActive(ILogger logger, int known, long end);

    [LoggerMessage(Level = LogLevel.Information, Message = "Bank role passive: another member of the group took over")]
    private static partial void LogPassive(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Starter bank {Hash}: {Entries} entries; {Written} records written to the index, each entry with its state")]
    private static partial void LogSeeded(ILogger logger, string hash, int entries, int written);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The starter bank is of encoder {Embedder}, not of the one in use, and is not seeded")]
    private static partial void LogForeignStarter(ILogger logger, string embedder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No starter bank is seeded: {Reason}")]
    private static partial void LogNoStarter(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Bank role: {Reason}")]
    private static partial void LogError(ILogger logger, string reason);
}
