namespace Vigil.Pipeline;

/// <summary>What the process as a whole has to say.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Information, "HTTP on {Addresses}: /metrics, /health/live, /health/ready, and the reviewers' API where the review role runs")]
    public static partial void Serving(ILogger log, string addresses);

    [LoggerMessage(2, LogLevel.Error, "A role cannot go on, so the process stops: {Fault}")]
    public static partial void RoleFailed(ILogger log, string fault);
}
