using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// How long a change of the bank takes to be seen by the item that meets it, through the real topics: an entry is put on
/// <c>bank</c>, items of its very text follow each other on <c>content</c>, and the clock stops when the first one is read back
/// that names it. Then the entry is disabled, and the clock stops at the first later item that does not.
/// </summary>
internal sealed class BankDelays(BenchLane lane, string policy, TimeProvider time)
{
    /// <summary>From one item to the next; both delays are seen so much too long at most.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private const string IdStart = "bench-exemplar-";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Ids are never used twice in a process, whoever counts.
    private static int Count;

    private readonly ConcurrentDictionary<string, Watch> _watches = new();
    private readonly ConcurrentQueue<double> _adds = [];
    private readonly ConcurrentQueue<double> _disables = [];

    /// <summary>Seconds of each addition, in the order in which they ended.</summary>
    public IReadOnlyList<double> Adds => [.. _adds];

    public IReadOnlyList<double> Disables => [.. _disables];

    /// <param name="atOnce">Entries on their way at a time; at least one each comes and goes.</param>
    public async Task RunAsync(int atOnce, TimeSpan span, CancellationToken cancellation)
    {
        lane.OnRanked = Read;
        using var publisher = new BankPublisher(lane.Clients);
        using var probes = new ProducerBuilder<string, byte[]>(lane.Clients.Producer()).SetLogHandler((_, _) => { }).Build();
        var start = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            do
            {
                await TryOneAsync(publisher, probes, Interlocked.Increment(ref Count), cancellation);
            }
            while (time.GetElapsedTime(start) < span);
        }));
        lane.OnRanked = null;
    }

    private async Task TryOneAsync(BankPublisher publisher, IProducer<string, byte[]> probes, int number, CancellationToken cancellation)
    {
        var entry = new BankEntry
        {
            Id = IdStart + number.ToString(CultureInfo.InvariantCulture),
            Side = Side.Violation,
            Source = "vigil bench recall",
            Part = new() { Text = $"Exemplar {number} of the bench, about the garden behind the old house." },
        };
        entry.Policies.Add(policy);
        var added = await UntilAsync(entry, isNamed: true, () => publisher.AddAsync(entry, new() { State = BankState.Types.State.Live }, cancellation), probes, cancellation);
        var disabled = await UntilAsync(entry, isNamed: false, () => publisher.SetStateAsync(entry.Id, new() { State = BankState.Types.State.Disabled }, cancellation), probes, cancellation);
        _adds.Enqueue(added);
        _disables.Enqueue(disabled);
    }

    // The clock starts before the change is sent: what the broker takes to have it counts too.
    private async Task<double> UntilAsync(BankEntry entry, bool isNamed, Func<Task> change, IProducer<string, byte[]> probes, CancellationToken cancellation)
    {
        // An item of the phase before can be read later than one of this phase, from another partition.
        var phase = $"{entry.Id}/{(isNamed ? "add" : "disable")}";
        var watch = _watches[phase] = new(entry.Id, isNamed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var start = time.GetTimestamp();
        await change();
        for (var probe = 0; !watch.Seen.Task.IsCompleted; probe++)
        {
            Produce(probes, $"{phase}/{probe.ToString(CultureInfo.InvariantCulture)}", entry.Part);
            await Task.WhenAny(watch.Seen.Task, Task.Delay(Pace, time, patience.Token));
            patience.Token.ThrowIfCancellationRequested();
        }

        _watches.TryRemove(phase, out _);
        return time.GetElapsedTime(start, await watch.Seen.Task).TotalSeconds;
    }

    private void Produce(IProducer<string, byte[]> probes, string id, Part part)
    {
        var content = new Content { Id = id, Surface = "post" };
        content.Parts.Add(part);
        probes.Produce(lane.Clients.Topics.Content, new() { Key = id, Value = Google.Protobuf.MessageExtensions.ToByteArray(content) });
    }

    private void Read(RankedItem item)
    {
        if (item.ContentId.StartsWith(IdStart, StringComparison.Ordinal)
            && _watches.TryGetValue(item.ContentId[..item.ContentId.LastIndexOf('/')], out var watch)
            && watch.IsNamed == (item.Evidence?.HashHits.Any(hit => hit.EntryId == watch.EntryId) ?? false))
        {
            watch.Seen.TrySetResult(time.GetTimestamp());
        }
    }

    private sealed record Watch(string EntryId, bool IsNamed, TaskCompletionSource<long> Seen);
}
