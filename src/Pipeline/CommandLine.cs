using System.CommandLine;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline;

/// <summary>The commands of <c>vigil</c> and what their ends mean to a shell.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new($"Vigil: ranks incoming content by risk and publishes prioritized review queues.{Environment.NewLine}The script ./vigil of a checkout also knows `./vigil test` (every test) and `./vigil publish` (a folder to deploy).")
    {
        RunCommand.Create(),
        BankCommand.Create(),
        BrokerCommand.Create(),
        DemoCommand.Create(),
        TopicsCommand.Create(),
        QueueCommand.Create(),
        StatusCommand.Create(),
        DeadLettersCommand.Create(),
        ReplayCommand.Create(),
        EraseCommand.Create(),
        SamplesCommand.Create(),
        BenchCommand.Create(),
        ModelsCommand.Create(),
        RankCommand.Create(),
        EvaluateCommand.Create(),
        DoctorCommand.Create(),
        NoticesCommand.Create(),
        SettingsCommand.Create(),
        VersionCommand.Create(),
        HelpCommand.Create(Create),
    };

    /// <returns>An exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 a needed service is unreachable.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Create().Parse(args);
        if (UsageErrors.Of(parsed) is { Count: > 0 } errors)
        {
            foreach (var error in errors)
            {
                await Console.Error.WriteLineAsync($"vigil: {error}");
            }

            await Console.Error.WriteLineAsync($"vigil: see {UsageErrors.Path(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        using var signals = new StopSignals();
        try
        {
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, signals.Stopping);
        }
        catch (Exception fault) when (ExitCode.For(fault) is { } code)
        {
            foreach (var message in Messages(fault))
            {
                await Console.Error.WriteLineAsync($"vigil: {message}");
            }

            return code;
        }
    }

    private static IEnumerable<string> Messages(Exception fault) => fault switch
    {
        // Several option classes with errors: all of them at once.
        AggregateException several => several.InnerExceptions.SelectMany(Messages),
        OptionsValidationException invalid => SettingsCheck.Named(invalid),
        OperationCanceledException => ["interrupted"],
        KafkaException kafka => [$"Kafka: {kafka.Error.Reason} ({kafka.Error.Code})"],
        _ => [fault.Message],
    };
}
