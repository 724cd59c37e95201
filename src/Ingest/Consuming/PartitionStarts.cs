using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Vigil.Ingest;

/// <summary>
/// Where a partition is read from: its committed offset, its beginning where none was ever committed, and nowhere when the
/// committed offset is outside the log: that stops the worker and names the gap. Poll thread only.
/// </summary>
internal sealed class PartitionStarts(IConsumer<byte[], byte[]> consumer, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Every assigned partition goes on at its committed offset.</summary>
    public void SeekToCommitted(CancellationToken stopping)
    {
        var assigned = consumer.Assignment;
        if (assigned.Count == 0)
        {
            return;
        }

        foreach (var committed in Repeat(() => consumer.Committed(assigned, CallTimeout), stopping))
        {
            StartAt(committed.TopicPartition, committed.Offset == Offset.Unset ? Offset.Beginning : committed.Offset);
        }
    }

    /// <summary>The client found no offset to read from; it says which it had asked for, if any.</summary>
    public void Recover(TopicPartitionOffset asked, CancellationToken stopping)
    {
        var partition = asked.TopicPartition;
        var committed = Repeat(() => consumer.Committed([partition], CallTimeout), stopping)[0].Offset;
        var held = Repeat(() => consumer.QueryWatermarkOffsets(partition, CallTimeout), stopping);
        if (committed == Offset.Unset)
        {
            if (asked.Offset.Value >= 0)
            {
                IngestLog.UncommittedGap(log, partition.ToString(), asked.Offset.Value, held.Low.Value);
            }

            StartAt(partition, Offset.Beginning);
            return;
        }

        var wanted = Math.Max(committed.Value, asked.Offset.Value);
        if (wanted < held.Low.Value || wanted > held.High.Value)
        {
            throw new WorkerStoppedException(
                $"Partition {partition.Partition.Value} of {partition.Topic} is to be read from offset {wanted}, but its log holds {held.Low.Value} to {held.High.Value}: "
                + (wanted < held.Low.Value
                    ? $"{held.Low.Value - wanted} offsets were deleted before they were read. "
                    : "the log is shorter than what was already committed. ")
                + "Nothing was skipped. To accept the gap, set the group's offset by hand and start again.");
        }

        StartAt(partition, wanted);
    }

    private void StartAt(TopicPartition partition, Offset offset)
    {
        try
        {
            consumer.Seek(new(partition, offset));
        }
        catch (KafkaException fault) when (fault.Error.Code == ErrorCode.Local_State)
        {
            // Not being fetched, as after a failed offset reset: a seek is refused, a new assignment is not (librdkafka#2961).
            consumer.IncrementalUnassign([partition]);
            consumer.IncrementalAssign([new TopicPartitionOffset(partition, offset)]);
        }
    }

    // An error here never means "start at the beginning".
    private T Repeat<T>(Func<T> call, CancellationToken stopping)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var began = time.GetTimestamp();
            try
            {
                return call();
            }
            catch (KafkaException fault) when (!fault.Error.IsFatal && time.GetElapsedTime(since) < Patience)
            {
                stopping.ThrowIfCancellationRequested();
                IngestLog.ClientError(log, "offsets", fault.Error.Code.ToString(), fault.Error.Reason);
                stopping.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
                IngestTelemetry.BackedOff("consumer", "offsets", time.GetElapsedTime(began));
            }
        }
    }
}
