namespace Vigil.Contracts;

/// <summary>On which side of a policy an entry speaks.</summary>
public enum Side
{
    Violation = 1,
    Benign = 2,
}

/// <summary>What ranking and evidence need to know of a bank entry. Severity 0: the policy's own.</summary>
public sealed record BankEntryInfo(string Id, Side Side, IReadOnlyList<string> Policies, int Severity, string Source);

/// <summary>A part of an item equal to an entry's exemplar, byte for byte.</summary>
/// <param name="Algorithm"><c>sha256</c> or <c>md5</c>.</param>
public sealed record HashHit(BankEntryInfo Entry, int Part, string Algorithm);

/// <summary>A near entry, as evidence.</summary>
/// <param name="Part">The part whose window is near; -1 for all text parts joined.</param>
public sealed record Neighbour(string EntryId, Side Side, string Policy, double Similarity, int Part, string Source);
