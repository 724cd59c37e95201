using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>The latest ranked or withdrawn record of an id in one partition.</summary>
/// <param name="Revision">Of a deletion without revision: the highest seen before it, so that older ones stay superseded.</param>
internal readonly record struct WindowEntry(string ContentId, long Revision, Sha256Digest Payload, bool NullValue, long Offset);

/// <summary>What the window knows of a record.</summary>
public enum WindowVerdict
{
    /// <summary>Nothing against it: it takes its own way.</summary>
    Fresh = 1,
    Duplicate = 2,
    Superseded = 3,
}
