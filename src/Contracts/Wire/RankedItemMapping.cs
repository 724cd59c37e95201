using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Vigil.Contracts.Wire;

/// <summary>Between <c>RankedItem</c> on the wire and <see cref="Contracts.RankedItem"/>.</summary>
public static class RankedItemMapping
{
    public static RankedItem ToWire(this Contracts.RankedItem item)
    {
        var wire = new RankedItem
        {
            Disposition = (Disposition)item.Disposition,
            ContentId = item.ContentId,
            Version = item.Version.ToWire(),
            Source = item.Source.ToWire(),
            EnqueuedMs = item.Source.Time.ToUnixTimeMilliseconds(),
            AuthorId = item.AuthorId,
            Surface = item.Surface,
            Lang = item.Lang,
            Url = item.Url,
            CreatedAt = item.CreatedAt is { } created ? Timestamp.FromDateTimeOffset(created) : null,
            Partial = item.Partial,
            Reranked = item.Reranked,
            Provenance = item.Provenance?.ToWire(),
        };
        wire.Degraded.AddRange(item.Degraded);
        wire.Parts.AddRange(item.Parts.Select(ToWire));
        wire.Unreadable.AddRange(item.Unreadable.Select(part => new UnreadablePart { Part = part.Part, Reason = part.Reason }));
        wire.Timings.AddRange(item.Timings.Select(timing => new StageTiming { Stage = timing.Stage, Seconds = timing.Seconds }));
        if (item.Ranking is { } ranking)
        {
            AddRanking(wire, ranking);
        }

        return wire;
    }

    public static Contracts.RankedItem ToDomain(this RankedItem wire) => new()
    {
        Disposition = (Contracts.Disposition)wire.Disposition,
        ContentId = wire.ContentId,
        Version = wire.Version.ToDomain(),
        Source = wire.Source.ToDomain(),
        AuthorId = wire.AuthorId,
        Surface = wire.Surface,
        Lang = wire.Lang,
        Url = wire.Url,
        CreatedAt = wire.CreatedAt?.ToDateTimeOffset(),
        Ranking = wire.Disposition == Disposition.Withdrawn ? null : ToRanking(wire),
        Parts = [.. wire.Parts.Select(part => new Contracts.PartDigest(
            part.Part, part.Kind, part.Sha256.ToByteArray(), part.Md5.ToByteArray(), part.Size, part.Mime, part.Width, part.Height))],
        Unreadable = [.. wire.Unreadable.Select(part => new Contracts.UnreadablePart(part.Part, part.Reason))],
        Partial = wire.Partial,
        Reranked = wire.Reranked,
        Degraded = [.. wire.Degraded],
        Provenance = wire.Provenance?.ToDomain(),
        Timings = [.. wire.Timings.Select(timing => new Contracts.StageTiming(timing.Stage, timing.Seconds))],
    };

    public static Version ToWire(this ContentVersion version) => new()
    {
        Revision = version.Revision,
        Digest = ByteString.CopyFrom(Convert.FromHexString(version.Digest)),
    };

    public static ContentVersion ToDomain(this Version version) => new(version.Revision, Convert.ToHexStringLower(version.Digest.Span));

    public static SourceRecord ToWire(this Contracts.SourceRecord source) => new()
    {
        TopicId = source.TopicId,
        Partition = source.Partition,
        Offset = source.Offset,
        TimeMs = source.Time.ToUnixTimeMilliseconds(),
    };

    public static Contracts.SourceRecord ToDomain(this SourceRecord source) =>
        new(source.TopicId, source.Partition, source.Offset, DateTimeOffset.FromUnixTimeMilliseconds(source.TimeMs));

    public static Provenance ToWire(this Contracts.Provenance provenance) => new()
    {
        Embedder = provenance.Embedder,
        IndexKind = provenance.IndexKind,
        BankVersion = provenance.BankVersion,
        Ranker = provenance.Ranker,
        Calibrator = provenance.Calibrator,
        PolicySet = provenance.PolicySet,
    };

    public static Contracts.Provenance ToDomain(this Provenance wire) =>
        new(wire.Embedder, wire.IndexKind, wire.BankVersion, wire.Ranker, wire.Calibrator, wire.PolicySet);

    private static void AddRanking(RankedItem wire, Ranking ranking)
    {
        wire.Scores.AddRange(ranking.Scores.Select(score => new PolicyScore { Policy = score.Policy, Probability = score.Probability, Threshold = score.Threshold }));
        wire.Risk = ranking.Risk;
        wire.Queue = ranking.Queue;
        wire.Value = ranking.Value;
        wire.ExpectedViews = ranking.ExpectedViews;
        wire.Selection = (Selection)ranking.Selection;
        wire.Propensity = ranking.Propensity;
        wire.Snippet = ranking.Snippet.Text;
        wire.SnippetSpan = new() { Part = ranking.Snippet.Part, Start = ranking.Snippet.Start, Length = ranking.Snippet.Text.Length };
        wire.Evidence = ToWire(ranking.Evidence);
    }

    private static Ranking ToRanking(RankedItem wire) => new(
        [.. wire.Scores.Select(score => new Contracts.PolicyScore(score.Policy, score.Probability, score.Threshold))],
        wire.Risk,
        wire.Queue,
        wire.Value,
        (Contracts.Selection)wire.Selection,
        wire.Propensity,
        ToDomain(wire.Evidence ?? new()),
        new(wire.Snippet, wire.SnippetSpan?.Part ?? 0, wire.SnippetSpan?.Start ?? 0),
        wire.ExpectedViews);

    private static Evidence ToWire(Contracts.Evidence evidence)
    {
        var wire = new Evidence();
        wire.Neighbours.AddRange(evidence.Neighbours.Select(near => new Neighbour
        {
            EntryId = near.EntryId,
            Side = (Side)near.Side,
            Policy = near.Policy,
            Similarity = near.Similarity,
            Part = near.Part,
            Source = near.Source,
        }));
        foreach (var hit in evidence.HashHits)
        {
            var wireHit = new HashHit { EntryId = hit.Entry.Id, Side = (Side)hit.Entry.Side, Part = hit.Part, Algorithm = hit.Algorithm };
            wireHit.Policies.AddRange(hit.Entry.Policies);
            wire.HashHits.Add(wireHit);
        }

        wire.Reasons.AddRange(evidence.Reasons.Select(reason => new Reason { Feature = reason.Feature, Contribution = reason.Contribution, Policy = reason.Policy }));
        return wire;
    }

    private static Contracts.Evidence ToDomain(Evidence wire) => new(
        [.. wire.Neighbours.Select(near => new Contracts.Neighbour(near.EntryId, (Contracts.Side)near.Side, near.Policy, near.Similarity, near.Part, near.Source))],
        [.. wire.HashHits.Select(hit => new Contracts.HashHit(new(hit.EntryId, (Contracts.Side)hit.Side, [.. hit.Policies], 0, ""), hit.Part, hit.Algorithm))],
        [.. wire.Reasons.Select(reason => new Contracts.Reason(reason.Feature, reason.Contribution, reason.Policy))]);

    private static PartDigest ToWire(Contracts.PartDigest part) => new()
    {
        Part = part.Part,
        Kind = part.Kind,
        Sha256 = ByteString.CopyFrom(part.Sha256),
        Md5 = ByteString.CopyFrom(part.Md5),
        Size = part.Size,
        Mime = part.Mime,
        Width = part.Width,
        Height = part.Height,
    };
}
