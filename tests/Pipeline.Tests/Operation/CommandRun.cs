using System.CommandLine;
using System.Text.Json;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests.Operation;

/// <summary>A command of this process against a broker of the test.</summary>
internal static class CommandRun
{
    public static async Task<(int Code, string Output)> AsTextAsync(Command command, KafkaClients clients, params string[] args)
    {
        await using var output = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false };
        string[] settings = ["--set", $"Kafka:Bootstrap={clients.Options.Bootstrap}", "--set", $"Kafka:Prefix={clients.Options.Prefix}"];
        var parsed = command.Parse([.. args, .. settings]);
        Assert.Empty(UsageErrors.Of(parsed));
        var code = await parsed.InvokeAsync(configuration, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    /// <summary>The one document a command prints.</summary>
    public static async Task<JsonElement> AsJsonAsync(Command command, KafkaClients clients, params string[] args)
    {
        var (code, output) = await AsTextAsync(command, clients, [.. args, "--json"]);
        Assert.Equal(ExitCode.Done, code);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
