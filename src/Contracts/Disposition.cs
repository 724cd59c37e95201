namespace Vigil.Contracts;

/// <summary>What became of one record on the content topic; every record ends in exactly one.</summary>
public enum Disposition
{
    Queued = 1,
    Cleared = 2,
    Duplicate = 3,
    Superseded = 4,
    Withdrawn = 5,
    Rejected = 6,
}
