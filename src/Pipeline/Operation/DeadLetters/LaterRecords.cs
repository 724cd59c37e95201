using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Ingest;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.DeadLetters;

/// <summary>What came onto <c>content</c> after some dead letters: the same ids again, and the letters themselves, replayed.</summary>
internal sealed class LaterRecords
{
    /// <summary>Letters carry the clock of a worker, <c>content</c> that of its brokers.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    private readonly HashSet<string> _ids;
    private readonly HashSet<RecordPosition> _sources;
    private readonly Dictionary<RecordPosition, DateTimeOffset> _sourceTimes = [];
    private readonly Dictionary<(string Id, int Partition), (long Offset, DateTimeOffset Time)> _last = [];
    private readonly HashSet<(string Letter, RecordBytes Bytes)> _replayed = [];
    private readonly string _topicId;

    private LaterRecords(IReadOnlyCollection<DeadLetter> letters, string topicId)
    {
        _ids = letters.Select(letter => letter.Id).Where(id => id.Length > 0).ToHashSet(StringComparer.Ordinal);
        _sources = letters.Where(letter => letter.SourceTopicId == topicId).Select(letter => letter.Source).OfType<RecordPosition>().ToHashSet();
        _topicId = topicId;
    }

    /// <param name="topicId">Of <c>content</c> as it is now.</param>
    public static LaterRecords Read(KafkaClients clients, IReadOnlyCollection<DeadLetter> letters, string topicId, CancellationToken cancellation)
    {
        var later = new LaterRecords(letters, topicId);
        if (letters.Count > 0)
        {
            using var content = new TopicLog(clients, clients.Topics.Content);
            var from = content.At(letters.Min(letter => letter.Time) - ClockSkew);
            var beginnings = content.Beginnings();
            foreach (var source in later._sources.Where(source => from.ContainsKey(source.Partition)))
            {
                from[source.Partition] = Math.Max(beginnings[source.Partition], Math.Min(from[source.Partition], source.Offset));
            }

            content.Read(from, content.Ends(), later.Add, cancellation);
        }

        return later;
    }

    // Anybody may write that header: only the same bytes are the letter's.
    public bool HasReplayOf(DeadLetter letter) => _replayed.Contains((letter.Position.ToString(), letter.Bytes));

    public bool HasNewer(DeadLetter letter)
    {
        if (letter.Id.Length == 0)
        {
            return false;
        }

        var ofThisTopic = letter.SourceTopicId == _topicId;
        var since = ofThisTopic && letter.Source is { } source && _sourceTimes.TryGetValue(source, out var time) ? time : letter.Time;
        return _last.Any(record => record.Key.Id == letter.Id && (ofThisTopic && record.Key.Partition == letter.Source?.Partition
            ? record.Value.Offset > letter.Source.Value.Offset
            // A publisher with another partitioner spreads one id over partitions.
            : record.Value.Time > since));
    }

    private void Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        var position = new RecordPosition(result.Partition.Value, result.Offset.Value);
        var record = new ConsumedRecord(
            position.Partition, position.Offset, DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs), result.Message.Key, result.Message.Value, result.Message.Headers);
        if (_sources.Contains(position))
        {
            _sourceTimes[position] = record.Time;
        }

        if (record.Header(WireHeaders.Replayed) is { } letter)
        {
            _replayed.Add((letter, RecordBytes.Of(record.Key, record.Value)));
        }

        var id = record.Key is { Length: > 0 } key ? Encoding.UTF8.GetString(key) : ContentDecoder.Decode(record).ContentId;
        if (_ids.Contains(id))
        {
            _last[(id, position.Partition)] = (position.Offset, record.Time);
        }
    }
}
