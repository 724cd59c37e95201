using System.Globalization;

namespace Vigil.Pipeline.Demo.View;

/// <summary>An item's evidence in words; ids and numbers only, never content.</summary>
internal static class EvidenceText
{
    public static string Score(WaitingItem item) => Invariant($"{(item.Policy.Length > 0 ? item.Policy : "harm")} {item.Probability:0.000}");

    /// <summary>The nearest known violation and its policy, or an exact match.</summary>
    public static string Near(WaitingItem item) => item.HashHits.Count > 0
        ? $"same bytes as {item.HashHits[0].Entry.Id} ({string.Join(", ", item.HashHits[0].Entry.Policies)})"
        : item.Nearest is { } near
            ? Invariant($"near {near.EntryId} ({near.Policy}, {near.Similarity:0.00})")
            : "no known violation is near";

    /// <summary>What raised the score, in log-odds.</summary>
    public static string RaisedBy(WaitingItem item) => item.RaisedBy.Count == 0
        ? "no single reason"
        : string.Join(", ", item.RaisedBy.Select(reason => Invariant($"{reason.Feature} +{reason.Contribution:0.0}")));

    public static string Of(WaitingItem item) => $"{Score(item)}; {Near(item)}; raised by {RaisedBy(item)}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
