using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Embed;
using Vigil.Ingest;
using Vigil.Pipeline.Configuration;
using Vigil.Rank.Model;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline;

/// <summary>Exit codes of <c>design.md</c> §10.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;

    /// <summary>The code for an expected fault, whose message alone is shown; null for a bug, which keeps its stack trace.</summary>
    public static int? For(Exception fault) => fault switch
    {
        OptionsValidationException => Usage,
        AggregateException several when several.InnerExceptions.All(inner => inner is OptionsValidationException) => Usage,
        AggregateException several when several.InnerExceptions.All(inner => inner is ServiceUnreachableException) => Unreachable,
        // A folder, a provider or policies that the configuration names.
        EncoderException or RankModelException or PolicyFileException => Usage,
        ServiceUnreachableException => Unreachable,
        // What the client found out by itself is that nobody answers; the rest is what a broker refuses.
        KafkaException kafka => kafka.Error.IsLocalError ? Unreachable : Failed,
        CommandFailedException or WorkerStoppedException => Failed,
        OperationCanceledException => Failed,
        _ => null,
    };
}

/// <summary>A command could not do its work for a reason its user can mend; the message says which.</summary>
internal sealed class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);
