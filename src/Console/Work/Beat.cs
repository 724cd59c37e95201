using Vigil.Review;

namespace Vigil.ReviewConsole.Work;

/// <summary>What a heartbeat learned of one claim.</summary>
/// <param name="State">held, lost, withdrawn, deciding, or open: not known at this moment.</param>
/// <param name="Left">Seconds.</param>
/// <param name="Revised">Its publisher has edited the item since it was claimed.</param>
internal sealed record Beat(long Epoch, string State, double Left, bool Revised)
{
    public static Beat Of(long epoch, Reply<LeaseState> reply) => reply switch
    {
        { Value: { } held } => new(epoch, "held", (held.Expires - held.Now).TotalSeconds, ItemVersions.Differ(held.Version, held.NewestVersion)),
        { Refused: Refusal.Withdrawn } => new(epoch, "withdrawn", 0, false),
        { Refused: Refusal.Deciding } => new(epoch, "deciding", 0, false),
        { Refused: Refusal.Rebuilding } => new(epoch, "open", 0, false),
        _ => new(epoch, "lost", 0, false),
    };
}
