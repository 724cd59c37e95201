using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Confluent.Kafka;
using Spectre.Console;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Operation.DeadLetters;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil dead-letters list|show|replay</c>: what was rejected, why, and a way back once its cause is mended.</summary>
internal static class DeadLettersCommand
{
    private const int MostLetters = 100_000;

    /// <summary>Headers of publishers may hold anything; of these the values are shown.</summary>
    private static readonly string[] ShownHeaders = [WireHeaders.ContentType, WireHeaders.Schema, WireHeaders.TraceParent, WireHeaders.Replayed];

    public static Command Create() => new("dead-letters", "Lists rejected records, shows one, and publishes them again once their cause is mended.")
    {
        CreateList(),
        CreateShow(),
        CreateReplay(),
    };

    private static Command CreateList()
    {
        var filter = new FilterOptions();
        var limit = NumberOption.Whole("--limit", "The newest so many", 1, MostLetters, 100);
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("list", "Rejected records with their reasons, oldest first.") { filter.Reasons, filter.Topics, filter.Since, filter.Until, limit, json, settings };
        command.SetAction((parsed, cancellation) => WithLogAsync(parsed.GetRequiredValue(settings), (_, log) =>
        {
            var (letters, matching) = log.Find(filter.Of(parsed), parsed.GetValue(limit), cancellation);
            List(parsed.InvocationConfiguration.Output, letters, matching, parsed.GetValue(json));
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    private static Command CreateShow()
    {
        var position = PositionArgument("On dead-letters; with --source on content");
        var source = new Option<bool>("--source") { Description = "The position is that of the rejected record on content" };
        var bytes = new Option<string?>("--bytes") { Description = "Write the value as it was published to a new file; it is shown nowhere else", HelpName = "FILE" };
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("show", "One rejected record: reason, source, size, headers.") { position, source, bytes, json, settings };
        command.SetAction((parsed, cancellation) => WithLogAsync(parsed.GetRequiredValue(settings), async (_, log) =>
        {
            var at = parsed.GetRequiredValue(position)!.Value;
            var found = (parsed.GetValue(source) ? log.OfSource(at, cancellation) : log.At(at, cancellation))
                ?? throw new CommandFailedException($"There is no dead letter {(parsed.GetValue(source) ? "of the record " : "")}at {at}.");
            var written = parsed.GetValue(bytes) is { } file ? await WriteAsync(file, found.Message.Value, cancellation) : null;
            Show(parsed.InvocationConfiguration.Output, DeadLetter.Of(found), found.Message.Value?.Length, written, parsed.GetValue(json));
        }, cancellation));
        return command;
    }

    private static CheckedCommand CreateReplay()
    {
        var filter = new FilterOptions();
        var positions = new Option<RecordPosition[]>("--position") { Description = "On dead-letters (repeatable)", HelpName = "PARTITION:OFFSET", CustomParser = ParsePositions };
        var all = new Option<bool>("--all") { Description = "Every dead letter there is" };
        var limit = NumberOption.Whole("--limit", "The newest so many at most", 1, MostLetters, MostLetters);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would be done" };
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new CheckedCommand("replay", "Publishes rejected records again, as they were, unless that was done before or their id was published again since.")
        {
            filter.Reasons, filter.Topics, filter.Since, filter.Until, positions, all, limit, dryRun, json, settings,
        };
        command.Rules.Add(result => new Option[] { filter.Reasons, filter.Topics, filter.Since, filter.Until, positions, all }.All(option => result.GetResult(option) is null or { Implicit: true })
            ? "say which: --reason, --topic, --since, --until, --position or --all"
            : null);
        command.SetAction((parsed, cancellation) => WithLogAsync(parsed.GetRequiredValue(settings), async (clients, log) =>
        {
            var dry = parsed.GetValue(dryRun);
            var chosen = filter.Of(parsed) with { Positions = parsed.GetValue(positions) ?? [] };
            var outcomes = await new DeadLetterReplay(clients).RunAsync(log, chosen, parsed.GetValue(limit), dry, cancellation);
            Tell(parsed.InvocationConfiguration.Output, outcomes, dry, parsed.GetValue(json));
        }, cancellation));
        return command;
    }

    private static async Task<int> WithLogAsync(KeyValuePair<string, string?>[] settings, Func<KafkaClients, DeadLetterLog, Task> work, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        try
        {
            using var log = new DeadLetterLog(clients);
            await work(clients, log);
            return ExitCode.Done;
        }
        catch (KafkaException fault)
        {
            throw new CommandFailedException($"{clients.Topics.DeadLetters} cannot be read: {fault.Error.Reason}", fault);
        }
    }

    private static void List(TextWriter output, IReadOnlyList<DeadLetter> letters, long matching, bool json)
    {
        if (json)
        {
            BankCommand.WriteJson(output, new { matching, letters = letters.Select(letter => Describe(letter)) });
            return;
        }

        var table = new Table().AddColumns("position", "time", "reason", "id", "source", "bytes");
        foreach (var letter in letters)
        {
            table.AddRow($"{letter.Position}", Time(letter.Time), Shown(letter.Reason), Shown(letter.Id), $"{letter.Source}", Number(letter.Size));
        }

        Tables.Write(output, table);
        output.WriteLine($"{letters.Count} of {matching} dead letters");
    }

    private static void Show(TextWriter output, DeadLetter letter, int? valueBytes, string? written, bool json)
    {
        if (json)
        {
            BankCommand.WriteJson(output, new { letter = Describe(letter), valueBytes, stage = letter.Stage, sourceTopic = letter.SourceTopic, sourceTopicId = letter.SourceTopicId, headers = letter.Headers.Select(DescribeHeader), written });
            return;
        }

        var table = new Table { ShowHeaders = false }.AddColumns("", "");
        table.AddRow("position", $"{letter.Position}").AddRow("time", Time(letter.Time)).AddRow("reason", Shown(letter.Reason)).AddRow("stage", Shown(letter.Stage))
            .AddRow("id", Shown(letter.Id))
            .AddRow("source", Shown($"{letter.SourceTopic} {letter.Source}, topic id {letter.SourceTopicId}"))
            .AddRow("value", valueBytes is { } count ? $"{Number(count)} bytes" : "null");
        foreach (var header in letter.Headers)
        {
            table.AddRow("header", Shown($"{header.Key}{(HeaderText(header) is { } text ? $": {text}" : $" ({header.GetValueBytes()?.Length ?? 0} bytes)")}"));
        }

        Tables.Write(output, table);
        if (written is not null)
        {
            output.WriteLine($"wrote {written}");
        }
    }

    private static void Tell(TextWriter output, IReadOnlyList<(DeadLetter Letter, ReplayOutcome Outcome)> outcomes, bool dryRun, bool json)
    {
        var replayed = outcomes.Count(one => one.Outcome == ReplayOutcome.Replayed);
        if (json)
        {
            BankCommand.WriteJson(output, new { dryRun, replayed, skipped = outcomes.Count - replayed, letters = outcomes.Select(one => Describe(one.Letter, Word(one.Outcome))) });
            return;
        }

        foreach (var (letter, outcome) in outcomes)
        {
            output.WriteLine($"{letter.Position} {TerminalView.Visible(letter.Id)} ({TerminalView.Visible(letter.Reason)}): {(outcome == ReplayOutcome.Replayed ? dryRun ? "would be replayed" : "replayed" : $"skipped, {Word(outcome)}")}");
        }

        output.WriteLine($"{replayed} {(dryRun ? "would be replayed" : "replayed")}, {outcomes.Count - replayed} skipped");
        var back = outcomes.Count(one => one is { Outcome: ReplayOutcome.Replayed, Letter.CameBack: true });
        if (back > 0)
        {
            output.WriteLine($"{back} of them came back from an earlier replay: mend what rejects them, or they come back again");
        }
    }

    private static object Describe(DeadLetter letter, string? outcome = null) => new
    {
        position = $"{letter.Position}",
        time = letter.Time,
        reason = letter.Reason,
        id = letter.Id,
        source = letter.Source?.ToString(),
        bytes = letter.Size,
        outcome,
    };

    private static object DescribeHeader(IHeader header) => new { name = header.Key, bytes = header.GetValueBytes()?.Length, value = HeaderText(header) };

    private static string? HeaderText(IHeader header) =>
        ShownHeaders.Contains(header.Key) && header.GetValueBytes() is { } value ? System.Text.Encoding.UTF8.GetString(value) : null;

    private static string Word(ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.Replayed => "replayed",
        ReplayOutcome.AlreadyReplayed => "replayed before",
        ReplayOutcome.PublishedSince => "published again since",
        ReplayOutcome.TooLarge => "too large for content",
        _ => "not written by a worker",
    };

    private static async Task<string> WriteAsync(string file, byte[]? value, CancellationToken cancellation)
    {
        try
        {
            // Never over something that is there.
            await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            await stream.WriteAsync(value ?? [], cancellation);
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{file} cannot be written: {(File.Exists(file) ? "it is there already" : "no such folder, or access is denied")}", fault);
        }
    }

    private static Argument<RecordPosition?> PositionArgument(string description) => new("PARTITION:OFFSET")
    {
        Description = description,
        // Of a type that may be null the library would make an argument that may be left out.
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            var text = result.Tokens is [var token] ? token.Value : "";
            if (PositionText.Parse(text) is { } position)
            {
                return position;
            }

            result.AddError($"a position is PARTITION:OFFSET, such as 2:1024, not '{text}'");
            return null;
        },
    };

    private static RecordPosition[] ParsePositions(ArgumentResult result)
    {
        List<RecordPosition> positions = [];
        foreach (var token in result.Tokens)
        {
            if (PositionText.Parse(token.Value) is { } position)
            {
                positions.Add(position);
            }
            else
            {
                result.AddError($"--position must be PARTITION:OFFSET, such as 2:1024, not '{token.Value}'");
            }
        }

        return [.. positions];
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shown(string text) => Markup.Escape(TerminalView.Visible(text));

    /// <summary><c>--reason</c>, <c>--topic</c>, <c>--since</c> and <c>--until</c>.</summary>
    private sealed class FilterOptions
    {
        public Option<string[]> Reasons { get; } = ChoiceOption.Several("--reason", "Rejected for this", "REASON", RejectReason.All);

        public Option<string[]> Topics { get; } = new("--topic") { Description = "Rejected from this topic (repeatable)", HelpName = "TOPIC", AllowMultipleArgumentsPerToken = true };

        public Option<DateTimeOffset?> Since { get; } = MomentOption.Create("--since", "Rejected then or later");

        public Option<DateTimeOffset?> Until { get; } = MomentOption.Create("--until", "Rejected before");

        public DeadLetterFilter Of(ParseResult parsed) => new(parsed.GetValue(Reasons) ?? [], parsed.GetValue(Topics) ?? [], parsed.GetValue(Since), parsed.GetValue(Until), []);
    }
}
