namespace Vigil.Contracts.Wire;

/// <summary>A ranked item as its bytes on the wire, the same that the generated message writes, with nothing made on the way.</summary>
public static class RankedItemWriting
{
    private const long TicksToUnixEpoch = 621_355_968_000_000_000;
    private const int NanosecondsPerTick = 100;

    /// <param name="writer">Cleared first.</param>
    /// <returns>Valid until the writer's next message.</returns>
    public static ReadOnlySpan<byte> Write(this Contracts.RankedItem item, WireWriter writer)
    {
        writer.Clear();
        writer.Number(RankedItem.DispositionFieldNumber, (int)item.Disposition);
        writer.Text(RankedItem.ContentIdFieldNumber, item.ContentId);
        Write(writer, item.Version);
        item.Source.Write(writer, RankedItem.SourceFieldNumber);
        writer.Text(RankedItem.AuthorIdFieldNumber, item.AuthorId);
        writer.Text(RankedItem.SurfaceFieldNumber, item.Surface);
        writer.Text(RankedItem.LangFieldNumber, item.Lang);
        writer.Text(RankedItem.UrlFieldNumber, item.Url);
        if (item.CreatedAt is { } created)
        {
            Write(writer, created);
        }

        WriteScores(writer, item.Ranking);
        writer.Number(RankedItem.EnqueuedMsFieldNumber, item.Source.Time.ToUnixTimeMilliseconds());
        WriteChoice(writer, item.Ranking);
        WriteParts(writer, item);
        if (item.Provenance is { } provenance)
        {
            Write(writer, provenance);
        }

        WriteTimings(writer, item.Timings);
        WriteSpan(writer, item.Ranking);
        writer.Real(RankedItem.ExpectedViewsFieldNumber, item.Ranking?.ExpectedViews ?? 0);
        writer.Flag(RankedItem.RerankedFieldNumber, item.Reranked);
        return writer.Written;
    }

    /// <summary>Writes a source record as a field of another message.</summary>
    public static void Write(this Contracts.SourceRecord source, WireWriter writer, int field)
    {
        var start = writer.Begin(field);
        writer.Text(SourceRecord.TopicIdFieldNumber, source.TopicId);
        writer.Number(SourceRecord.PartitionFieldNumber, source.Partition);
        writer.Number(SourceRecord.OffsetFieldNumber, source.Offset);
        writer.Number(SourceRecord.TimeMsFieldNumber, source.Time.ToUnixTimeMilliseconds());
        writer.End(start);
    }

    private static void Write(WireWriter writer, ContentVersion version)
    {
        var start = writer.Begin(RankedItem.VersionFieldNumber);
        writer.Number(Version.RevisionFieldNumber, version.Revision);
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        writer.Bytes(Version.DigestFieldNumber, digest[..version.Digest.Write(digest)]);
        writer.End(start);
    }

    private static void Write(WireWriter writer, DateTimeOffset created)
    {
        var start = writer.Begin(RankedItem.CreatedAtFieldNumber);
        var (seconds, rest) = Math.DivRem(created.UtcTicks, TimeSpan.TicksPerSecond);
        writer.Number(Google.Protobuf.WellKnownTypes.Timestamp.SecondsFieldNumber, seconds - (TicksToUnixEpoch / TimeSpan.TicksPerSecond));
        writer.Number(Google.Protobuf.WellKnownTypes.Timestamp.NanosFieldNumber, rest * NanosecondsPerTick);
        writer.End(start);
    }

    private static void WriteScores(WireWriter writer, Ranking? ranking)
    {
        if (ranking is null)
        {
            return;
        }

        for (var i = 0; i < ranking.Scores.Count; i++)
        {
            var score = ranking.Scores[i];
            var start = writer.Begin(RankedItem.ScoresFieldNumber);
            writer.Text(PolicyScore.PolicyFieldNumber, score.Policy);
            writer.Real(PolicyScore.ProbabilityFieldNumber, score.Probability);
            writer.Real(PolicyScore.ThresholdFieldNumber, score.Threshold);
            writer.End(start);
        }

        writer.Real(RankedItem.RiskFieldNumber, ranking.Risk);
        writer.Text(RankedItem.QueueFieldNumber, ranking.Queue);
        writer.Real(RankedItem.ValueFieldNumber, ranking.Value);
    }

    private static void WriteChoice(WireWriter writer, Ranking? ranking)
    {
        if (ranking is null)
        {
            return;
        }

        writer.Number(RankedItem.SelectionFieldNumber, (int)ranking.Selection);
        writer.Real(RankedItem.PropensityFieldNumber, ranking.Propensity);
        var start = writer.Begin(RankedItem.EvidenceFieldNumber);
        EvidenceWriting.Write(writer, ranking.Evidence);
        writer.End(start);
        writer.Text(RankedItem.SnippetFieldNumber, ranking.Snippet.Text);
    }

    private static void WriteParts(WireWriter writer, Contracts.RankedItem item)
    {
        for (var i = 0; i < item.Parts.Count; i++)
        {
            var part = item.Parts[i];
            var start = writer.Begin(RankedItem.PartsFieldNumber);
            writer.Number(PartDigest.PartFieldNumber, part.Part);
            writer.Text(PartDigest.KindFieldNumber, part.Kind);
            writer.Bytes(PartDigest.Sha256FieldNumber, part.Sha256);
            writer.Bytes(PartDigest.Md5FieldNumber, part.Md5);
            writer.Number(PartDigest.SizeFieldNumber, part.Size);
            writer.Text(PartDigest.MimeFieldNumber, part.Mime);
            writer.Number(PartDigest.WidthFieldNumber, part.Width);
            writer.Number(PartDigest.HeightFieldNumber, part.Height);
            writer.End(start);
        }

        for (var i = 0; i < item.Degraded.Count; i++)
        {
            writer.Element(RankedItem.DegradedFieldNumber, item.Degraded[i]);
        }

        writer.Flag(RankedItem.PartialFieldNumber, item.Partial);
        for (var i = 0; i < item.Unreadable.Count; i++)
        {
            var start = writer.Begin(RankedItem.UnreadableFieldNumber);
            writer.Number(UnreadablePart.PartFieldNumber, item.Unreadable[i].Part);
            writer.Text(UnreadablePart.ReasonFieldNumber, item.Unreadable[i].Reason);
            writer.End(start);
        }
    }

    private static void Write(WireWriter writer, Contracts.Provenance provenance)
    {
        var start = writer.Begin(RankedItem.ProvenanceFieldNumber);
        writer.Text(Provenance.EmbedderFieldNumber, provenance.Embedder);
        writer.Text(Provenance.IndexKindFieldNumber, provenance.IndexKind);
        writer.Text(Provenance.BankVersionFieldNumber, provenance.BankVersion);
        writer.Text(Provenance.RankerFieldNumber, provenance.Ranker);
        writer.Text(Provenance.CalibratorFieldNumber, provenance.Calibrator);
        writer.Text(Provenance.PolicySetFieldNumber, provenance.PolicySet);
        writer.End(start);
    }

    private static void WriteTimings(WireWriter writer, IReadOnlyList<Contracts.StageTiming> timings)
    {
        for (var i = 0; i < timings.Count; i++)
        {
            var start = writer.Begin(RankedItem.TimingsFieldNumber);
            writer.Text(StageTiming.StageFieldNumber, timings[i].Stage);
            writer.Real(StageTiming.SecondsFieldNumber, timings[i].Seconds);
            writer.End(start);
        }
    }

    private static void WriteSpan(WireWriter writer, Ranking? ranking)
    {
        if (ranking is null)
        {
            return;
        }

        var start = writer.Begin(RankedItem.SnippetSpanFieldNumber);
        writer.Number(SnippetSpan.PartFieldNumber, ranking.Snippet.Part);
        writer.Number(SnippetSpan.StartFieldNumber, ranking.Snippet.Start);
        writer.Number(SnippetSpan.LengthFieldNumber, ranking.Snippet.Text.Length);
        writer.End(start);
    }
}

/// <summary>What a reviewer is shown beside an item, as its bytes on the wire.</summary>
internal static class EvidenceWriting
{
    public static void Write(WireWriter writer, Contracts.Evidence evidence)
    {
        for (var i = 0; i < evidence.Neighbours.Count; i++)
        {
            var near = evidence.Neighbours[i];
            var start = writer.Begin(Evidence.NeighboursFieldNumber);
            writer.Text(Neighbour.EntryIdFieldNumber, near.EntryId);
            writer.Number(Neighbour.SideFieldNumber, (int)near.Side);
            writer.Text(Neighbour.PolicyFieldNumber, near.Policy);
            writer.Real(Neighbour.SimilarityFieldNumber, near.Similarity);
            writer.Number(Neighbour.PartFieldNumber, near.Part);
            writer.Text(Neighbour.SourceFieldNumber, near.Source);
            writer.End(start);
        }

        for (var i = 0; i < evidence.HashHits.Count; i++)
        {
            Write(writer, evidence.HashHits[i]);
        }

        for (var i = 0; i < evidence.Reasons.Count; i++)
        {
            var start = writer.Begin(Evidence.ReasonsFieldNumber);
            writer.Text(Reason.FeatureFieldNumber, evidence.Reasons[i].Feature);
            writer.Real(Reason.ContributionFieldNumber, evidence.Reasons[i].Contribution);
            writer.Text(Reason.PolicyFieldNumber, evidence.Reasons[i].Policy);
            writer.End(start);
        }
    }

    private static void Write(WireWriter writer, Contracts.HashHit hit)
    {
        var start = writer.Begin(Evidence.HashHitsFieldNumber);
        writer.Text(HashHit.EntryIdFieldNumber, hit.Entry.Id);
        writer.Number(HashHit.SideFieldNumber, (int)hit.Entry.Side);
        foreach (var policy in hit.Entry.Policies)
        {
            writer.Element(HashHit.PoliciesFieldNumber, policy);
        }

        writer.Number(HashHit.PartFieldNumber, hit.Part);
        writer.Text(HashHit.AlgorithmFieldNumber, hit.Algorithm);
        writer.End(start);
    }
}
