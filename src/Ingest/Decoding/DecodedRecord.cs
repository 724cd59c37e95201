using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>What a record asks for, before the duplicate window has its say.</summary>
public enum DecodedKind
{
    /// <summary>Content to rank.</summary>
    Content = 1,

    /// <summary>A deletion: <c>deleted</c>, or a null value.</summary>
    Deletion = 2,

    /// <summary>A dead letter, with its reason.</summary>
    Rejected = 3,
}

/// <summary>A decoded record.</summary>
/// <param name="ContentId">At most 256 bytes of UTF-8; empty where none is known.</param>
/// <param name="Content">Null where the bytes could not be read, and for a null value.</param>
/// <param name="Payload">Digest of the value's bytes.</param>
/// <param name="Reason">One of <see cref="RejectReason"/>; empty unless rejected.</param>
public sealed record DecodedRecord(
    ConsumedRecord Record,
    DecodedKind Kind,
    string ContentId,
    ContentVersion Version,
    Content? Content,
    Sha256Digest Payload,
    string Reason)
{
    /// <summary>A null value has no revision, nor has a deletion with revision 0: both cover every earlier version.</summary>
    public bool CoversEverythingEarlier => Kind == DecodedKind.Deletion && Version.Revision == 0;

    /// <summary>A null value is never a duplicate: it also covers what came by other partitions since.</summary>
    public bool IsNullValue => Record.Value is null;

    /// <summary>Id and revision are sound, so that the window can tell an older revision even of a rejected record.</summary>
    public bool HasVersion => Kind != DecodedKind.Rejected || Content is not null;
}
