using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>The one disposition of a record, with what is published about it.</summary>
/// <param name="Ranked">For queued, cleared and withdrawn records.</param>
public sealed record RecordOutcome(DecodedRecord Decoded, Disposition Disposition, RankedItem? Ranked)
{
    public ConsumedRecord Record => Decoded.Record;

    public string Queue => Ranked?.Ranking?.Queue ?? "";
}
