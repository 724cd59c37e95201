using Microsoft.Extensions.Logging;

namespace Vigil.Broker.Server;

internal static partial class BrokerEvents
{
    [LoggerMessage(1, LogLevel.Information, "Development broker, loopback only: serving {Bootstrap} from {Folder}")]
    public static partial void Serving(this ILogger logger, string bootstrap, string folder);

    [LoggerMessage(2, LogLevel.Warning, "Connection {Remote} closed: malformed request ({Problem})")]
    public static partial void Malformed(this ILogger logger, string remote, string problem);

    [LoggerMessage(3, LogLevel.Error, "Connection {Remote} closed: a request failed. This is a bug.")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string remote);

    [LoggerMessage(4, LogLevel.Warning, "Connection {Remote} refused: {Limit} are open")]
    public static partial void Refused(this ILogger logger, string remote, int limit);

    [LoggerMessage(5, LogLevel.Error, "Upkeep failed and will be tried again")]
    public static partial void UpkeepFailed(this ILogger logger, Exception exception);
}
