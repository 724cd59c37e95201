using Vigil.Contracts;
using Vigil.Ingest;
using Vigil.Pipeline.Scoring;

namespace Vigil.Pipeline.Worker;

/// <summary>Joins what was decoded and scored with the source record.</summary>
internal static class OutcomeOf
{
    // Publishers choose these texts; a ranked item has a size limit. Reviewers read the whole from the source record.
    private const int MaxNameBytes = 1024;
    private const int MaxUrlBytes = 8 * 1024;

    public static RecordOutcome Content(DecodedRecord decoded, ScoredItem scored, string topicId, IReadOnlyList<StageTiming> timings)
    {
        var disposition = scored.Ranking.Queue.Length == 0 ? Disposition.Cleared : Disposition.Queued;
        var ranked = Ranked(decoded, disposition, topicId) with
        {
            Ranking = scored.Ranking,
            Parts = [.. scored.Parts.Select(part => part with { Mime = Clip.ToBytes(part.Mime, MaxNameBytes) })],
            Unreadable = scored.Unreadable,
            Partial = scored.Partial,
            Degraded = scored.Degraded,
            Provenance = scored.Provenance,
            Timings = timings,
        };
        return new(decoded, disposition, ranked);
    }

    /// <summary>Without parts, scores and snippet: the queue forgets the item.</summary>
    public static RecordOutcome Deletion(DecodedRecord decoded, string topicId) =>
        new(decoded, Disposition.Withdrawn, Ranked(decoded, Disposition.Withdrawn, topicId));

    private static RankedItem Ranked(DecodedRecord decoded, Disposition disposition, string topicId)
    {
        var record = decoded.Record;
        var content = decoded.Content;
        return new()
        {
            Disposition = disposition,
            ContentId = decoded.ContentId,
            Version = decoded.Version,
            Source = new(topicId, record.Partition, record.Offset, record.Time),
            AuthorId = Clip.ToBytes(content?.AuthorId ?? "", MaxNameBytes),
            Surface = Clip.ToBytes(content?.Surface ?? "", MaxNameBytes),
            Lang = Clip.ToBytes(content?.Lang ?? "", MaxNameBytes),
            Url = Clip.ToBytes(content?.Url ?? "", MaxUrlBytes),
            CreatedAt = content?.CreatedAt,
        };
    }
}
