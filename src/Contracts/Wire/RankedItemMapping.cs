using Google.Protobuf;

namespace Vigil.Contracts.Wire;

/// <summary>From <c>RankedItem</c> on the wire to <see cref="Contracts.RankedItem"/>, and its parts both ways; the way out is <see cref="RankedItemWriting"/>.</summary>
public static class RankedItemMapping
{
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

    public static Version ToWire(this ContentVersion version)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        return new() { Revision = version.Revision, Digest = ByteString.CopyFrom(digest[..version.Digest.Write(digest)]) };
    }

    public static ContentVersion ToDomain(this Version version) => new(version.Revision, Sha256Digest.Read(version.Digest.Span));

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

    private static Contracts.Evidence ToDomain(Evidence wire) => new(
        [.. wire.Neighbours.Select(near => new Contracts.Neighbour(near.EntryId, (Contracts.Side)near.Side, near.Policy, near.Similarity, near.Part, near.Source))],
        [.. wire.HashHits.Select(hit => new Contracts.HashHit(new(hit.EntryId, (Contracts.Side)hit.Side, [.. hit.Policies], 0, ""), hit.Part, hit.Algorithm))],
        [.. wire.Reasons.Select(reason => new Contracts.Reason(reason.Feature, reason.Contribution, reason.Policy))]);
}
