using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Tests.Worker;
using Vigil.Recall;
using Side = Vigil.Contracts.Wire.Side;

namespace Vigil.Chaos.Tests;

/// <summary>The bank role, killed (-9) in the middle of a stream of entries: the index is what the entries say, each written once.</summary>
public sealed class BankKillTests
{
    private const int Entries = 300;
    private const int Kills = 4;
    private const string Prefix = "chaos.";

    private static readonly Topics Topics = new(Prefix);
    private static readonly Dictionary<string, string> Prefixed = new() { ["VIGIL__KAFKA__PREFIX"] = Prefix };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bank_KilledInMidStream_IndexIsWhatTheEntriesSay()
    {
        await using var broker = DevelopmentBroker.Start();
        using var topics = VigilProcess.Start(broker.Bootstrap, Prefixed, "topics", "apply");
        Assert.Equal(0, await topics.ExitCodeAsync(Token));
        using var producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = broker.Bootstrap, EnableIdempotence = true }).Build();

        var wanted = new Dictionary<string, (byte[]? Value, long Offset)>();
        var role = Role(broker);
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                await PutAsync(producer, wanted, kill * Entries / Kills, Entries / Kills);
                // Somewhere among the transactions of this part: the role takes a few records at a time.
                var indexed = Indexed(broker).Count;
                await TopicContents.Until(() => Indexed(broker).Count > indexed + 10, "entries indexed before a kill", Token);
                role.Kill();
                Assert.Equal(VigilProcess.Killed, await role.ExitCodeAsync(Token));
                role.Dispose();
                await PutChangesAsync(producer, wanted, kill);
                role = Role(broker);
            }

            await TopicContents.Until(() => IsWhole(Indexed(broker), wanted), "the index to be what the entries say", Token);
            Check(Indexed(broker), wanted);
        }
        finally
        {
            role.Dispose();
        }
    }

    private static bool IsWhole(List<ConsumeResult<byte[]?, byte[]?>> indexed, Dictionary<string, (byte[]? Value, long Offset)> wanted)
    {
        var latest = indexed.GroupBy(record => Text(record.Message.Key)).ToDictionary(group => group.Key, group => group.Last().Message);
        return wanted.All(one => one.Value.Value is null
            ? !latest.TryGetValue(one.Key, out var gone) || gone.Value is null
            : latest.TryGetValue(one.Key, out var message) && SourceOf(message) == one.Value.Offset);
    }

    private static void Check(List<ConsumeResult<byte[]?, byte[]?>> indexed, Dictionary<string, (byte[]? Value, long Offset)> wanted)
    {
        var written = indexed.ConvertAll(record => (Key: Text(record.Message.Key), Source: SourceOf(record.Message)));
        Assert.Equal(written.Count, written.Distinct().Count());

        var latest = indexed.GroupBy(record => Text(record.Message.Key)).ToDictionary(group => group.Key, group => group.Last().Message);
        foreach (var (key, (value, _)) in wanted.Where(one => one.Value.Value is not null))
        {
            var message = latest[key];
            if (BankKeys.Read(key, out _) == BankKeyKind.State)
            {
                Assert.Equal(value, message.Value);
            }
            else
            {
                var entry = IndexedEntry.Parser.ParseFrom(message.Value);
                Assert.Equal((key, BankEntry.Parser.ParseFrom(value!).Severity, 1), (entry.Id, entry.Severity, entry.Vectors.Count));
            }
        }
    }

    private static async Task PutAsync(IProducer<byte[], byte[]?> producer, Dictionary<string, (byte[]? Value, long Offset)> wanted, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            await PutAsync(producer, wanted, BankKeys.StateOf($"entry-{number}"), new BankState { State = BankState.Types.State.Live });
            await PutAsync(producer, wanted, $"entry-{number}", Entry(number, severity: 1));
        }
    }

    /// <summary>While no role runs: one entry replaced, one disabled, one removed.</summary>
    private static async Task PutChangesAsync(IProducer<byte[], byte[]?> producer, Dictionary<string, (byte[]? Value, long Offset)> wanted, int kill)
    {
        var first = kill * Entries / Kills;
        await PutAsync(producer, wanted, $"entry-{first}", Entry(first, severity: 2));
        await PutAsync(producer, wanted, BankKeys.StateOf($"entry-{first + 1}"), new BankState { State = BankState.Types.State.Disabled });
        await PutAsync(producer, wanted, $"entry-{first + 2}", null);
        await PutAsync(producer, wanted, BankKeys.StateOf($"entry-{first + 2}"), null);
    }

    private static async Task PutAsync(IProducer<byte[], byte[]?> producer, Dictionary<string, (byte[]? Value, long Offset)> wanted, string key, IMessage? message)
    {
        var value = message?.ToByteArray();
        var done = await producer.ProduceAsync(new TopicPartition(Topics.Bank, 0), new() { Key = Encoding.UTF8.GetBytes(key), Value = value }, Token);
        wanted[key] = (value, done.Offset.Value);
    }

    private static BankEntry Entry(int number, int severity)
    {
        var entry = new BankEntry { Id = $"entry-{number}", Side = Side.Violation, Severity = severity, Part = new Part { Text = $"the moles took row {number} of my turnips" } };
        entry.Policies.Add("spam_scam");
        return entry;
    }

    private static List<ConsumeResult<byte[]?, byte[]?>> Indexed(DevelopmentBroker broker) => TopicContents.ReadAll(broker.Bootstrap, Topics.BankIndex);

    private static long SourceOf(Message<byte[]?, byte[]?> message) => long.Parse(Text(message.Headers.GetLastBytes(WireHeaders.SourceOffset)), CultureInfo.InvariantCulture);

    private static VigilProcess Role(DevelopmentBroker broker) => VigilProcess.Start(
        broker.Bootstrap, Prefixed, "run", "--roles", "bank", "--set", "Bank:Starter=", "--set", "Bank:BatchRecords=7");

    private static string Text(byte[]? bytes) => Encoding.UTF8.GetString(bytes ?? []);
}
