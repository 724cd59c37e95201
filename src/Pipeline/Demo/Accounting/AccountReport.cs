using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>A closed account. It balances when no check found a position.</summary>
internal sealed record AccountReport(
    int Content,
    IReadOnlyDictionary<Disposition, int> Counts,
    IReadOnlyDictionary<string, int> Reasons,
    IReadOnlyList<AccountCheck> Checks,
    int DeadLetters,
    int Ranked)
{
    private const int PositionsShown = 8;

    public bool IsBalanced => Imbalance == 0;

    public int Imbalance => Checks.Sum(check => check.Positions.Count);

    public IEnumerable<string> Lines()
    {
        yield return "Account of (partition, offset), read back from Kafka, read-committed:";
        yield return $"  {Content,7} records on content";
        foreach (var (disposition, count) in Counts)
        {
            yield return $"  {count,7} {Name(disposition)}{(disposition == Disposition.Rejected && count > 0 ? $": {string.Join(", ", Reasons.Select(reason => $"{reason.Key} {reason.Value}"))}" : "")}";
        }

        yield return $"  {DeadLetters,7} dead letters, {Ranked} ranked records";
        foreach (var check in Checks)
        {
            var shown = string.Join(' ', check.Positions.Take(PositionsShown));
            yield return $"  {check.Positions.Count,7} {check.Name}{(check.Positions.Count > 0 ? $": {shown}{(check.Positions.Count > PositionsShown ? " ..." : "")}" : "")}";
        }

        yield return IsBalanced ? "  The account balances: every record has exactly one disposition." : $"  THE ACCOUNT DOES NOT BALANCE: {Imbalance} positions.";
    }

    private static string Name(Disposition disposition) => disposition.ToString().ToLowerInvariant();
}

/// <summary>One way in which an account can fail, with the positions that do.</summary>
internal sealed record AccountCheck(string Name, IReadOnlyList<RecordPosition> Positions);
