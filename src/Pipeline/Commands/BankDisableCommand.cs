using System.CommandLine;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bank disable</c>.</summary>
internal static class BankDisableCommand
{
    public static Command Create()
    {
        var id = BankCommand.IdOption();
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("disable", "Keeps an entry in the bank and lets it match no more, within a second.") { id, json, settings };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(id), parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string id, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        // An entry that was added a moment ago may not be in the index yet.
        if (!BankListing.Read(clients, cancellation).ContainsKey(id) && !BankListing.IsOnBank(clients, id, cancellation))
        {
            throw new CommandFailedException($"the bank has no entry '{id}'");
        }

        using var publisher = new BankPublisher(clients);
        await publisher.SetStateAsync(id, new BankState { State = BankState.Types.State.Disabled }, cancellation);
        if (json)
        {
            BankCommand.WriteJson(output, new { id, state = "disabled" });
        }
        else
        {
            output.WriteLine($"disabled {id}");
        }

        return ExitCode.Done;
    }
}
