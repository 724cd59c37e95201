using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vigil.Pipeline.Scoring;

/// <summary>Section <c>Vigil:Degraded</c>: what happens while encoder or ranker is broken.</summary>
internal sealed class DegradedOptions
{
    public const string Section = "Vigil:Degraded";

    /// <summary>Minutes the worker holds before it goes on with hashes alone, 0 to 1,440. Default 5; Kafka keeps the content meanwhile.</summary>
    [Range(0.0, 1_440, ErrorMessage = "Vigil:Degraded:HoldMinutes must be 0 to 1,440.")]
    public double HoldMinutes { get; set; } = 5;

    /// <summary>Seconds between two tries of the models while they fail, 0.1 to 300. Default 5.</summary>
    [Range(0.1, 300, ErrorMessage = "Vigil:Degraded:RetrySeconds must be 0.1 to 300.")]
    public double RetrySeconds { get; set; } = 5;
}

[OptionsValidator]
internal sealed partial class DegradedOptionsValidator : IValidateOptions<DegradedOptions>;
