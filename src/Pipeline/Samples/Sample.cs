namespace Vigil.Pipeline.Samples;

/// <summary>A record of the sample stream beside what must become of it.</summary>
/// <param name="PaddedTo">The value is padded with blanks to this many bytes when it is published; 0: as it is.</param>
internal sealed record Sample(StreamRecord Record, Expectation Expected, int PaddedTo = 0)
{
    /// <summary>The record as it goes out.</summary>
    public StreamRecord ToPublish()
    {
        if (PaddedTo == 0 || Record.Value is not { } value)
        {
            return Record;
        }

        var padded = new byte[Math.Max(PaddedTo, value.Length)];
        padded.AsSpan().Fill((byte)' ');
        value.CopyTo(padded, 0);
        return Record with { Value = padded };
    }
}

/// <summary>What must become of a record.</summary>
/// <param name="Outcome"><c>ranked</c> (queued or cleared), <c>duplicate</c>, <c>superseded</c>, <c>withdrawn</c> or <c>rejected</c>.</param>
/// <param name="Reason">Of a rejection, else empty.</param>
/// <param name="Planted">The policy that a planted harmful item violates, else empty.</param>
/// <param name="Queue">The queue that the item must wait in, where only one is right; else empty.</param>
internal sealed record Expectation(string Outcome, string Reason = "", string Planted = "", string Queue = "")
{
    public const string Ranked = "ranked";
    public const string Duplicate = "duplicate";
    public const string Superseded = "superseded";
    public const string Withdrawn = "withdrawn";
    public const string Rejected = "rejected";

    public static Expectation ToBe(string outcome) => new(outcome);

    public static Expectation ToBeRejected(string reason) => new(Rejected, reason);
}
