using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vigil.ReviewConsole;

/// <summary>Section <c>Vigil:Console</c>: the moderators' pages.</summary>
public sealed class ConsoleOptions
{
    public const string Section = "Vigil:Console";

    /// <summary>After how many minutes without a request a reviewer is signed out.</summary>
    [Range(1, 720)]
    public int IdleMinutes { get; set; } = 30;

    /// <summary>After how many hours a reviewer signs in anew, whatever was done meanwhile.</summary>
    [Range(1, 24)]
    public int LongestHours { get; set; } = 12;

    /// <summary>How long a one-time link can be used, in minutes.</summary>
    [Range(1, 1440)]
    public int LinkMinutes { get; set; } = 60;

    /// <summary>How often a page keeps the leases it holds, in seconds.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; set; } = 30;

    /// <summary>How much a reviewer sees before a pause: each item judged counts the severity of its queue, 1 to 10. 0: no pause.</summary>
    [Range(0, 1_000_000)]
    public int ExposureLimit { get; set; } = 2_000;

    /// <summary>How long that pause is, in minutes.</summary>
    [Range(1, 240)]
    public int PauseMinutes { get; set; } = 15;

    /// <summary>Queue → when its reviewers see the score; OnRequest where a queue is not named.</summary>
    public Dictionary<string, ScoreShown> Score { get; set; } = [];

    // Names that come by the environment may be in capitals.
    internal ScoreShown ScoreOf(string queue) => Score.FirstOrDefault(one => one.Key.Equals(queue, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>When a reviewer sees the calibrated probability: seen before, it sways the verdict.</summary>
public enum ScoreShown
{
    /// <summary>By a key, beside the evidence.</summary>
    OnRequest,

    /// <summary>With the evidence.</summary>
    Always,

    /// <summary>On the item's page, once the item is decided.</summary>
    After,
}

/// <summary>The ranges of <see cref="ConsoleOptions"/>.</summary>
[OptionsValidator]
public sealed partial class ConsoleOptionsValidator : IValidateOptions<ConsoleOptions>;
