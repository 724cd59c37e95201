using System.CommandLine;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Kafka;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bank add</c>.</summary>
internal static class BankAddCommand
{
    public static Command Create()
    {
        var id = BankCommand.IdOption();
        var side = ChoiceOption.Side("violation, or benign for a harmless look-alike");
        side.Required = true;
        var policies = PolicyOption.Create("A policy it speaks for", required: true);
        var text = new Option<string?>("--text") { Description = "The exemplar itself", HelpName = "TEXT" };
        var file = new Option<FileInfo?>("--file") { Description = "A file of UTF-8 text that holds the exemplar", HelpName = "FILE" };
        var image = new Option<FileInfo?>("--image") { Description = "An image file that is the exemplar; it matches equal files only", HelpName = "FILE" };
        var severity = NumberOption.WholeOrNone("--severity", "Without it the policy's own", 1, 10);
        var expires = NumberOption.RealOrNone("--expires-hours", "After so many hours it no longer matches", 0.01, 100_000);
        var note = new Option<string?>("--note") { Description = "For people; never compared", HelpName = "TEXT" };
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new CheckedCommand("add", "Adds an exemplar, or replaces the one of that id. It counts within a second.") { id, side, policies, text, file, image, severity, expires, note, json, settings };
        command.Rules.Add(result => new Option[] { text, file, image }.Count(option => result.GetResult(option) is not null) == 1
            ? null
            : "name one of --text, --file and --image");
        command.SetAction(async (parsed, cancellation) =>
        {
            var entry = new BankEntry
            {
                Id = parsed.GetRequiredValue(id),
                Side = (Side)parsed.GetRequiredValue(side)!.Value,
                Severity = parsed.GetValue(severity) ?? 0,
                Source = "vigil bank add",
                Note = parsed.GetValue(note) ?? "",
                Part = await PartAsync(parsed.GetValue(text), parsed.GetValue(file), parsed.GetValue(image), cancellation),
            };
            entry.Policies.AddRange(parsed.GetRequiredValue(policies));
            return await RunAsync(entry, parsed.GetValue(expires), parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(BankEntry entry, double? expiresHours, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        if (ExemplarFault.Of(entry) is { } fault)
        {
            throw new CommandFailedException(fault);
        }

        await using var services = CommandServices.Build(settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        var state = new BankState { State = BankState.Types.State.Live };
        if (expiresHours is { } hours)
        {
            state.ExpiresAt = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(hours));
        }

        using var publisher = new BankPublisher(clients);
        await publisher.AddAsync(entry, state, cancellation);
        if (json)
        {
            BankCommand.WriteJson(output, new { id = entry.Id, state = "live", expiresAt = state.ExpiresAt?.ToDateTimeOffset() });
        }
        else
        {
            output.WriteLine($"added {entry.Id}");
        }

        return ExitCode.Done;
    }

    private static async Task<Part> PartAsync(string? text, FileInfo? file, FileInfo? image, CancellationToken cancellation)
    {
        try
        {
            return image is not null
                ? new Part { Image = new Image { Bytes = Google.Protobuf.ByteString.CopyFrom(await File.ReadAllBytesAsync(image.FullName, cancellation)) } }
                : new Part { Text = text ?? await File.ReadAllTextAsync(file!.FullName, cancellation) };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Of((image ?? file)!.ToString(), fault);
        }
    }
}
