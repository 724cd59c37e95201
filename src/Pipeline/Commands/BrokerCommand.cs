using System.CommandLine;
using Microsoft.Extensions.Logging.Console;
using Vigil.Broker;

namespace Vigil.Pipeline.Commands;

/// <summary>The development broker as a process of its own; its one line on standard output says where it serves.</summary>
internal static class BrokerCommand
{
    private const int KafkaPort = 9092;

    public static Command Create()
    {
        var port = NumberOption.Whole("--port", "Port on 127.0.0.1; 0 takes any free one", 0, 65_535, KafkaPort);
        var data = new Option<string?>("--data") { Description = "Folder of its logs; without it, a temporary one that is removed at the end", HelpName = "DIR" };
        var advertise = new Option<string?>("--advertise") { Description = "Address that clients are sent to, for a proxy in between", HelpName = "HOST:PORT" };
        var autoCreate = new Option<bool>("--auto-create-topics") { Description = "Make a topic when a client asks for one that does not exist" };
        var command = new Command("broker", "Serves the Kafka protocol for development: one node, loopback only. Production runs Apache Kafka.") { port, data, advertise, autoCreate };
        command.SetAction((parsed, cancellation) =>
        {
            var options = (ILoggerFactory loggers) => new BrokerOptions
            {
                Port = parsed.GetValue(port),
                DataDirectory = parsed.GetValue(data),
                Advertise = parsed.GetValue(advertise),
                AutoCreateTopics = parsed.GetValue(autoCreate),
                LoggerFactory = loggers,
            };
            return RunAsync(options, parsed.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(Func<ILoggerFactory, BrokerOptions> options, TextWriter output, CancellationToken cancellation)
    {
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true))
            .Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .BuildServiceProvider();
        await using var broker = Start(options(services.GetRequiredService<ILoggerFactory>()));
        await output.WriteLineAsync($"BOOTSTRAP {broker.Bootstrap}");
        await output.FlushAsync(cancellation);
        try
        {
            await broker.Completion.WaitAsync(cancellation);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
    }

    private static DevelopmentBroker Start(BrokerOptions options)
    {
        try
        {
            return DevelopmentBroker.Start(options);
        }
        catch (IOException fault)
        {
            throw new CommandFailedException(fault.Message, fault);
        }
    }
}
