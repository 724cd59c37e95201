using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.DeadLetters;

/// <summary>What was, or would be, done with a dead letter.</summary>
internal enum ReplayOutcome
{
    Replayed = 1,

    /// <summary>It stands on <c>content</c> again already.</summary>
    AlreadyReplayed,

    /// <summary>Its id has been published again since: the older one must not come after it.</summary>
    PublishedSince,

    /// <summary><c>content</c> takes no record of that size.</summary>
    TooLarge,

    /// <summary>No worker wrote it: where it came from is not known.</summary>
    NotADeadLetter,
}

/// <summary>
/// Publishes dead letters to <c>content</c> as they were, with a header that says so. Harmless to repeat: the producer fences
/// an earlier replay before <c>content</c> is read for what was replayed, so nothing appears between the two.
/// </summary>
internal sealed class DeadLetterReplay(KafkaClients clients)
{
    public const string ProducerName = "dead-letters-replay";

    private const int BatchRecords = 200;
    private const int BatchBytes = 16 * 1024 * 1024;

    /// <summary>Bytes that Kafka adds to a record, and our header.</summary>
    private const int Overhead = 512;

    /// <param name="dryRun">Only tells what would be done.</param>
    public async Task<IReadOnlyList<(DeadLetter Letter, ReplayOutcome Outcome)>> RunAsync(
        DeadLetterLog log, DeadLetterFilter filter, int limit, bool dryRun, CancellationToken cancellation)
    {
        using var setup = new TopicSetup(clients);
        var topicId = (await setup.ReadAsync()).Single(state => state.Wanted.Name == clients.Topics.Content).Id;
        using var producer = dryRun ? null : new FencedProducer(clients, ProducerName);
        var (letters, _) = log.Find(filter, limit, cancellation);
        var later = LaterRecords.Read(clients, letters, topicId, cancellation);
        List<(DeadLetter Letter, ReplayOutcome Outcome)> outcomes = [.. letters.Select(letter => (letter, OutcomeOf(letter, later)))];
        if (producer is not null)
        {
            Publish(log, producer, [.. outcomes.Where(one => one.Outcome == ReplayOutcome.Replayed).Select(one => one.Letter)], cancellation);
        }

        return outcomes;
    }

    private ReplayOutcome OutcomeOf(DeadLetter letter, LaterRecords later) =>
        letter.Source is null || letter.Reason.Length == 0 ? ReplayOutcome.NotADeadLetter
        : later.HasReplayOf(letter) ? ReplayOutcome.AlreadyReplayed
        : later.HasNewer(letter) ? ReplayOutcome.PublishedSince
        : letter.Size + Overhead > clients.Topics.Settings.Single(topic => topic.Name == clients.Topics.Content).MaxMessageBytes ? ReplayOutcome.TooLarge
        : ReplayOutcome.Replayed;

    private void Publish(DeadLetterLog log, FencedProducer producer, List<DeadLetter> letters, CancellationToken cancellation)
    {
        var batch = new List<(string, Message<byte[]?, byte[]?>)>();
        var bytes = 0L;
        log.Read(
            [.. letters.Select(letter => letter.Position)],
            result =>
            {
                var letter = DeadLetter.Of(result);
                batch.Add((clients.Topics.Content, Original(letter, result.Message.Value)));
                bytes += letter.Size;
                if (batch.Count >= BatchRecords || bytes >= BatchBytes)
                {
                    Flush();
                }
            },
            cancellation);
        Flush();

        void Flush()
        {
            if (batch.Count > 0)
            {
                producer.Commit(batch);
                batch.Clear();
                bytes = 0;
            }
        }
    }

    private static Message<byte[]?, byte[]?> Original(DeadLetter letter, byte[]? value)
    {
        var headers = new Headers();
        foreach (var header in letter.Headers.Where(header => header.Key != WireHeaders.Replayed))
        {
            headers.Add(header.Key, header.GetValueBytes());
        }

        headers.Add(WireHeaders.Replayed, Encoding.ASCII.GetBytes(letter.Position.ToString()));
        return new() { Key = letter.Key, Value = value, Headers = headers };
    }
}
