namespace Vigil.Pipeline.Worker;

/// <summary>Log messages of the worker: ids, counts and types, never content.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(1, LogLevel.Error, "Scoring failed with {Fault} on {Count} items")]
    public static partial void ModelsFailed(ILogger log, string fault, int count);

    [LoggerMessage(2, LogLevel.Error, "Item {Id} cannot be scored; it is matched by its hashes and waits in unscored")]
    public static partial void ItemFailed(ILogger log, string id);

    [LoggerMessage(3, LogLevel.Information, "Scoring works again")]
    public static partial void Recovered(ILogger log);

    [LoggerMessage(4, LogLevel.Information, "Worker {Instance} ranks {Topic} ({TopicId})")]
    public static partial void Started(ILogger log, string instance, string topic, string topicId);

    [LoggerMessage(5, LogLevel.Information, "Worker {Instance} has drained")]
    public static partial void Drained(ILogger log, string instance);
}
