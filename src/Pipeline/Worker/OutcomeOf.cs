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
        return new(decoded, disposition, Ranked(decoded, disposition, topicId, scored, timings));
    }

    /// <summary>Without parts, scores and snippet: the queue forgets the item.</summary>
    public static RecordOutcome Deletion(DecodedRecord decoded, string topicId) =>
        new(decoded, Disposition.Withdrawn, Ranked(decoded, Disposition.Withdrawn, topicId, null, []));

    private static RankedItem Ranked(DecodedRecord decoded, Disposition disposition, string topicId, ScoredItem? scored, IReadOnlyList<StageTiming> timings)
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
            Ranking = scored?.Ranking,
            Parts = Clipped(scored?.Parts ?? []),
            Unreadable = scored?.Unreadable ?? [],
            Partial = scored?.Partial ?? false,
            Degraded = scored?.Degraded ?? [],
            Provenance = scored?.Provenance,
            Timings = timings,
        };
    }

    // Nearly all are short enough, and then stay as they are.
    private static IReadOnlyList<PartDigest> Clipped(IReadOnlyList<PartDigest> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (!ReferenceEquals(Clip.ToBytes(parts[i].Mime, MaxNameBytes), parts[i].Mime))
            {
                return [.. parts.Select(part => part with { Mime = Clip.ToBytes(part.Mime, MaxNameBytes) })];
            }
        }

        return parts;
    }
}
