using Microsoft.Extensions.Logging.Console;

namespace Vigil.Pipeline.Telemetry;

/// <summary>Logs of a role on standard error, one line each, without floods.</summary>
internal static class ConsoleLogs
{
    public static void AddVigilConsole(this ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        var console = logging.Services.Last(service => service.ServiceType == typeof(ILoggerProvider));
        logging.Services.Remove(console);
        logging.Services.AddSingleton<ConsoleLoggerProvider>();
        logging.Services.AddSingleton<ILoggerProvider>(provider => new RepeatLimit(provider.GetRequiredService<ConsoleLoggerProvider>(), TimeProvider.System));
        // A fault of a role is said by HostLog in one line, and a bug by the runtime as the process ends: with neither is a stack trace missing.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }
}
