using System.CommandLine;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Console;
using Spectre.Console;
using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Recall;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bank search</c>: what a worker would find for a text now.</summary>
internal static class BankSearchCommand
{
    public static Command Create()
    {
        var text = new Option<string>("--text") { Description = "What to compare with the bank", Required = true, HelpName = "TEXT" };
        var policies = PolicyOption.Create("These policies only");
        var k = NumberOption.Whole("--k", "Entries per policy and side", 1, 1_000, 3);
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("search", "Shows the entries nearest to a text, per policy and side, as workers see them.") { text, policies, k, json, settings };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(text), parsed.GetValue(policies) ?? [], parsed.GetValue(k), parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string text, string[] policies, int k, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(Register, settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        var embedder = services.GetRequiredService<ContentEmbedder>();
        var encoder = services.GetRequiredService<IEncoder>();
        using var bank = Load(clients, encoder, services.GetRequiredService<IndexBackend>(), cancellation);
        string[] asked = policies.Length > 0 ? policies : [.. bank.Entries.SelectMany(entry => entry.Policies).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var embedded = embedder.Embed([new Content { Id = "search", Parts = [new TextPart(text)] }], cancellation);
        using var found = Recaller.Search(embedded.Vectors, bank, asked, k);
        var hits = bank.FindHashes(embedded.Items[0].Parts);
        List<FoundEntry> nearest = [.. asked.SelectMany((policy, at) => new[] { Side.Violation, Side.Benign }.SelectMany(side => Nearest(found, policy, at, side, k)))];
        if (json)
        {
            BankCommand.WriteJson(output, new
            {
                index = bank.Summary.IndexKind,
                live = bank.Summary.Live,
                version = bank.Version,
                hashHits = hits.Select(hit => new { id = hit.Entry.Id, side = hit.Entry.Side.ToString().ToLowerInvariant(), policies = hit.Entry.Policies, algorithm = hit.Algorithm }),
                nearest,
            });
            return ExitCode.Done;
        }

        Print(output, hits, nearest, bank.Summary);
        return ExitCode.Done;
    }

    private static void Register(IServiceCollection services)
    {
        services.AddMetrics();
        services.AddLogging(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        services.AddEncoder();
        services.AddSingleton(provider => IndexBackend.Choose(provider.GetRequiredService<ILogger<IndexBackend>>()));
    }

    private static BankSnapshot Load(KafkaClients clients, IEncoder encoder, IndexBackend backend, CancellationToken cancellation)
    {
        using var follower = new BankFollower(encoder.Hash, encoder.Dimension, backend, TimeProvider.System);
        try
        {
            CompactedTopic.ReadToEnd(
                clients,
                clients.Topics.BankIndex,
                result => follower.Apply(result.Message.Key, result.Message.Value, result.Offset.Value, new(result.Message.Timestamp.UtcDateTime)),
                cancellation);
        }
        catch (KafkaException fault)
        {
            throw new CommandFailedException($"{clients.Topics.BankIndex} cannot be read: {fault.Error.Reason}", fault);
        }

        return follower.Next();
    }

    // Several windows of a long text: the nearest one of each entry counts.
    private static IEnumerable<FoundEntry> Nearest(NeighbourBatch found, string policy, int at, Side side, int k)
    {
        Dictionary<int, float> best = [];
        for (var row = 0; row < found.Rows; row++)
        {
            var entries = found.Entries(row, at, side);
            for (var place = 0; place < entries.Length && entries[place] >= 0; place++)
            {
                var similarity = found.Similarities(row, at, side)[place];
                best[entries[place]] = Math.Max(best.GetValueOrDefault(entries[place], similarity), similarity);
            }
        }

        return best.OrderByDescending(entry => entry.Value).Take(k).Select(entry => new FoundEntry(
            policy, side.ToString().ToLowerInvariant(), found.Bank[entry.Key].Id, Math.Round(entry.Value, 4), found.Bank[entry.Key].Source));
    }

    private static void Print(TextWriter output, IReadOnlyList<HashHit> hits, List<FoundEntry> nearest, BankSummary summary)
    {
        foreach (var hit in hits)
        {
            output.WriteLine($"equal to {hit.Entry.Id} ({hit.Entry.Side.ToString().ToLowerInvariant()}: {string.Join(", ", hit.Entry.Policies)}), {hit.Algorithm}");
        }

        var table = new Table().AddColumns("policy", "side", "similarity", "entry", "source");
        foreach (var near in nearest)
        {
            table.AddRow(Markup.Escape(near.Policy), near.Side, $"{near.Similarity:f4}", Markup.Escape(near.Id), Markup.Escape(near.Source));
        }

        Tables.Write(output, table);
        output.WriteLine($"{summary.Live} live entries, index {summary.IndexKind}");
    }

    private sealed record FoundEntry(string Policy, string Side, string Id, double Similarity, string Source);
}
