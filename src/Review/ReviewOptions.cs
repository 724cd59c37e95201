using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Vigil.Review.Http;

namespace Vigil.Review;

/// <summary>Section <c>Vigil:Review</c>: queues, leases and who may review.</summary>
public sealed class ReviewOptions
{
    public const string Section = "Vigil:Review";

    /// <summary>Before every Redis key; its hash tag keeps all keys of a script on one shard of a cluster. Default: the Kafka prefix, without its dot, in braces.</summary>
    [RegularExpression(@"^\{[A-Za-z0-9._-]{1,100}\}$", ErrorMessage = "Vigil:Review:KeyPrefix must be a hash tag such as {vigil}: letters, digits, '.', '_' and '-' in braces.")]
    public string KeyPrefix { get; set; } = "{vigil}";

    /// <summary>Hours in which waiting doubles an item's weight. A change rebuilds the queues.</summary>
    [Range(0.1, 168)]
    public double HalfLifeHours { get; set; } = 4;

    /// <summary>How long a claim or a heartbeat gives, in minutes.</summary>
    [Range(0.05, 60)]
    public double LeaseMinutes { get; set; } = 10;

    /// <summary>How long heartbeats can keep a lease, in minutes since the claim.</summary>
    [Range(0.05, 60)]
    public double LongestLeaseMinutes { get; set; } = 60;

    /// <summary>Most leases of one reviewer at a time.</summary>
    [Range(1, 64)]
    public int LeasesPerReviewer { get; set; } = 8;

    /// <summary>Share of claims drawn at random from the queue, to measure without selection bias.</summary>
    [Range(0, 0.5)]
    public double DrawShare { get; set; } = 0.05;

    /// <summary>Share of the decisions that stand which another reviewer judges again, without knowing the first verdict.</summary>
    [Range(0, 0.5)]
    public double SecondShare { get; set; } = 0.02;

    /// <summary>Longest time a decision may be on its way to the log, in seconds.</summary>
    [Range(1, 120)]
    public int DeliverySeconds { get; set; } = 10;

    /// <summary>Longest time a reply waits for the projection, in seconds; then the outcome is open.</summary>
    [Range(1, 60)]
    public int AnswerSeconds { get; set; } = 10;

    /// <summary>Largest body of a call, in bytes; a larger one is answered 413.</summary>
    [Range(4_096, 1_048_576)]
    public int MaxBodyBytes { get; set; } = 65_536;

    /// <summary>Calls that one token may make in a second, in bursts of twice as many; more are answered 429. Health and metrics are never limited.</summary>
    [Range(1, 100_000)]
    public int RequestsPerSecond { get; set; } = 2_000;

    /// <summary>Queues, separated by commas, of whose items no content is shown before it is on the log that a reviewer sees it.</summary>
    public string Restricted { get; set; } = "";

    /// <summary>Bearer token → reviewer. At least one.</summary>
    public Dictionary<string, ReviewerOptions> Tokens { get; set; } = [];

    /// <summary>Added to Redis TIME in every script; tests move the clock with it.</summary>
    internal TimeSpan ClockOffset { get; set; }

    internal string[] RestrictedQueues => Restricted.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Whom a token speaks for.</summary>
public sealed class ReviewerOptions
{
    public const string Reviewer = "reviewer";

    /// <summary>May also work escalation queues and undo what others decided.</summary>
    public const string Lead = "lead";

    /// <summary>May read content, and change the bank once the API can.</summary>
    public const string Curator = "curator";

    /// <summary>A program that looks at queues and items, and appeals against decisions.</summary>
    public const string Service = "service";

    /// <summary>Under which decisions and leases are recorded: 1 to 64 letters, digits, '.', '_', '@' or '-'.</summary>
    public string Name { get; set; } = "";

    /// <summary>Of reviewer (claims and decides), lead (also escalations and others' decisions), curator (will change the bank) and service (looks and appeals), separated by commas.</summary>
    public string Roles { get; set; } = Reviewer;
}

/// <summary>The ranges of <see cref="ReviewOptions"/>.</summary>
[OptionsValidator]
public sealed partial class ReviewOptionsRanges : IValidateOptions<ReviewOptions>;

/// <summary>What attributes cannot say of <see cref="ReviewOptions"/>.</summary>
internal sealed partial class ReviewOptionsRules : IValidateOptions<ReviewOptions>
{
    public ValidateOptionsResult Validate(string? name, ReviewOptions options)
    {
        var errors = new List<string>();
        if (options.Tokens.Count == 0)
        {
            errors.Add("Vigil:Review:Tokens is empty: name at least one reviewer, such as Vigil:Review:Tokens:<token>:Name=alex.");
        }

        if (options.LongestLeaseMinutes < options.LeaseMinutes)
        {
            errors.Add("Vigil:Review:LongestLeaseMinutes is below Vigil:Review:LeaseMinutes.");
        }

        foreach (var (token, reviewer) in options.Tokens)
        {
            // The token itself is a secret: errors speak of its owner.
            if (!TokenForm().IsMatch(token))
            {
                errors.Add($"Vigil:Review:Tokens: the token of '{reviewer.Name}' must have 16 to 256 letters, digits, '.', '_' or '-'.");
            }

            if (!ReviewerName.IsValid(reviewer.Name))
            {
                errors.Add($"Vigil:Review:Tokens: the name '{reviewer.Name}' must have {ReviewerName.Form}.");
            }

            ReviewerRoles.Parse(reviewer.Roles, out var unknown);
            if (unknown.Count > 0)
            {
                errors.Add($"Vigil:Review:Tokens: '{reviewer.Name}' has a role that does not exist ('{string.Join("', '", unknown)}'): there are {ReviewerRoles.Names}.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{16,256}$")]
    private static partial Regex TokenForm();
}
