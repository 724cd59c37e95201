using Vigil.Pipeline.Demo.Accounting;

namespace Vigil.Pipeline.Operation.DeadLetters;

/// <summary>Which dead letters are meant; what is null or empty asks for nothing.</summary>
/// <param name="Topics">From which they were rejected.</param>
/// <param name="Since">Written then or later.</param>
/// <param name="Until">Written before.</param>
/// <param name="Positions">On <c>dead-letters</c>.</param>
internal sealed record DeadLetterFilter(
    IReadOnlyCollection<string> Reasons, IReadOnlyCollection<string> Topics, DateTimeOffset? Since, DateTimeOffset? Until, IReadOnlyCollection<RecordPosition> Positions)
{
    public bool Matches(DeadLetter letter) =>
        (Reasons.Count == 0 || Reasons.Contains(letter.Reason))
        && (Topics.Count == 0 || Topics.Contains(letter.SourceTopic))
        && (Since is not { } since || letter.Time >= since)
        && (Until is not { } until || letter.Time < until)
        && (Positions.Count == 0 || Positions.Contains(letter.Position));
}
