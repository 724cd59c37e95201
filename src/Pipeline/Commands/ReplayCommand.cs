using System.CommandLine;
using System.Globalization;
using Confluent.Kafka;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Operation.Reranking;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil replay</c>: ranks a range of <c>content</c> again with the models, bank and policies of this installation.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var from = EndOption("--from", "The first record");
        var until = EndOption("--until", "The end of the range, itself not in it; without it, what is there now");
        var partition = NumberOption.WholeOrNone("--partition", "This partition of content only", 0, int.MaxValue);
        var resume = new Option<bool>("--resume") { Description = "Goes on with a replay that was ended before its range was done" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only counts what would be ranked again; loads no models" };
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new CheckedCommand("replay", "Ranks a range of content again after a bad model or policy, beside running workers: scores, queue and evidence are replaced, decisions and deletions stand.")
        {
            from, until, partition, resume, dryRun, json, settings,
        };
        command.Rules.Add(result => (result.GetResult(from) is null) == (result.GetResult(resume) is null or { Implicit: true }) ? "say where to begin, by --from, or go on with --resume" : null);
        command.Rules.Add(result => result.GetResult(resume) is { Implicit: false } && (result.GetResult(until) ?? result.GetResult(partition)) is not null
            ? "--resume goes on with the range it was given: without --until and --partition"
            : null);
        command.Rules.Add(result => result.GetResult(partition) is null && new[] { from, until }.Any(option => result.GetResult(option) is { Tokens: [var token] } && IsOffset(token.Value))
            ? "an offset is one of a partition: name it by --partition"
            : null);
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(from), parsed.GetValue(until), parsed.GetValue(partition), parsed.GetValue(dryRun), parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    /// <param name="from">Null: go on with what was left.</param>
    private static async Task<int> RunAsync(
        RangeEnd? from, RangeEnd? until, int? partition, bool dryRun, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(ReplayScorer.Register, settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        await using var scorer = dryRun ? null : await ReplayScorer.StartAsync(services, cancellation);
        try
        {
            return await RunAsync(clients, scorer?.Models, from, until, partition, json, output, cancellation);
        }
        catch (KafkaException fault)
        {
            throw new CommandFailedException($"Kafka failed the replay: {fault.Error.Reason}. Go on with: vigil replay --resume", fault);
        }
        catch (OperationCanceledException) when (!dryRun)
        {
            throw new CommandFailedException("interrupted; go on with: vigil replay --resume");
        }
    }

    /// <param name="scorer">Null: only counts.</param>
    internal static async Task<int> RunAsync(
        KafkaClients clients, IItemScorer? scorer, RangeEnd? from, RangeEnd? until, int? partition, bool json, TextWriter output, CancellationToken cancellation)
    {
        using var setup = new TopicSetup(clients);
        var topicId = (await setup.ReadAsync()).Single(state => state.Wanted.Name == clients.Topics.Content).Id;
        var progress = new WorkProgress(TimeProvider.System);
        var records = 0L;
        using var replay = new Replay(clients, topicId, scorer, done => progress.Count(scorer is null ? "counting" : "ranking again", (int)done, (int)Math.Min(int.MaxValue, records)));
        var range = from is null ? replay.Left() : ReplayRange.Find(replay.Content, from, until, partition);
        if (range is null)
        {
            throw new CommandFailedException("No replay was left unfinished.");
        }

        if (from is not null && scorer is not null)
        {
            replay.Begin(range);
        }

        records = range.Records;
        replay.Run(range, cancellation);
        Tell(output, range, replay.Report, scorer is null, json);
        return replay.Report.Failed.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Tell(TextWriter output, ReplayRange range, ReplayReport report, bool dryRun, bool json)
    {
        if (json)
        {
            BankCommand.WriteJson(output, new
            {
                dryRun,
                range = range.To.Where(end => range.From[end.Key] < end.Value).OrderBy(end => end.Key).Select(end => new { partition = end.Key, from = range.From[end.Key], to = end.Value }),
                goneByRetention = range.Gone,
                reranked = report.Reranked,
                report.Queued,
                report.Cleared,
                report.QueuedToCleared,
                report.ClearedToQueued,
                notCurrent = report.NotCurrent,
                notRanked = report.NotRanked,
                report.Followed,
                report.Failed,
            });
            return;
        }

        output.WriteLine(dryRun
            ? $"{report.Reranked} would be ranked again"
            : $"{report.Reranked} ranked again: {report.Queued} queued ({report.ClearedToQueued} were cleared), {report.Cleared} cleared ({report.QueuedToCleared} were queued)");
        output.WriteLine($"{report.NotCurrent} left out: a newer version or a deletion counts, or they repeat one; {report.NotRanked} left out: rejected, or not ranked by a worker yet");
        if (report.Followed > 0)
        {
            output.WriteLine($"{report.Followed} newer versions came meanwhile and were ranked after them");
        }

        if (range.Gone > 0)
        {
            output.WriteLine($"{range.Gone} offsets of the range have left content by retention");
        }

        foreach (var id in report.Failed)
        {
            output.WriteLine($"the models fail on {TerminalView.Visible(id)}: its ranking stays as it was");
        }
    }

    private static Option<RangeEnd?> EndOption(string name, string description) => new(name)
    {
        Description = $"{description}: {MomentOption.Form}, or with --partition an offset",
        HelpName = "TIME|OFFSET",
        CustomParser = result =>
        {
            var text = string.Join(' ', result.Tokens.Select(token => token.Value));
            if (IsOffset(text))
            {
                return new RangeEnd(null, long.Parse(text, CultureInfo.InvariantCulture));
            }

            if (MomentOption.Parse(text, TimeProvider.System.GetUtcNow()) is { } moment)
            {
                return new RangeEnd(moment, null);
            }

            result.AddError($"{name} must be {MomentOption.Form}, or an offset, not '{text}'");
            return null;
        },
    };

    private static bool IsOffset(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && long.TryParse(text, CultureInfo.InvariantCulture, out _);
}
