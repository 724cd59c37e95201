using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Recall.Bench;

/// <summary>From a record applied to the snapshot that holds it: what following adds to the way through Kafka.</summary>
internal static class UpdateLatency
{
    private const int Updates = 2_000;

    public static void Print(int entries, int cells, int dimension)
    {
        var random = new RandomBank(cells, dimension);
        using var follower = new BankFollower(RandomBank.Embedder, dimension, IndexBackend.Faiss, TimeProvider.System);
        using var bank = new Bank(TimeProvider.System);
        var live = new BankState { State = BankState.Types.State.Live }.ToByteArray();
        var disabled = new BankState { State = BankState.Types.State.Disabled }.ToByteArray();
        var offset = 0L;
        foreach (var entry in random.Entries(entries))
        {
            Apply(BankKeys.StateOf(entry.Id), live);
            Apply(entry.Id, entry.ToByteArray());
        }

        var started = Stopwatch.GetTimestamp();
        bank.Publish(follower.Next());
        Console.WriteLine($"\nupdates: {entries:n0} entries in {cells} cells, first snapshot {Stopwatch.GetElapsedTime(started).TotalMilliseconds:f0} ms after the last record");
        Measure("add an entry", i =>
        {
            var entry = random.Entry(entries + i);
            Apply(BankKeys.StateOf(entry.Id), live);
            Apply(entry.Id, entry.ToByteArray());
        });
        Measure("disable an entry", i => Apply(BankKeys.StateOf($"entry-{i}"), disabled));

        void Apply(string key, byte[] value) => follower.Apply(Encoding.UTF8.GetBytes(key), value, offset++, TimeProvider.System.GetUtcNow());

        void Measure(string what, Action<int> change)
        {
            var times = new double[Updates];
            var processor = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Updates; i++)
            {
                var start = Stopwatch.GetTimestamp();
                change(i);
                bank.Publish(follower.Next());
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            Array.Sort(times);
            Console.WriteLine($"  {what}: median {times[Updates / 2]:f2} ms, p99 {times[Updates * 99 / 100]:f2} ms, longest {times[^1]:f2} ms on the clock; {(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / Updates:f2} processor ms each, over {Updates} updates");
        }
    }
}
