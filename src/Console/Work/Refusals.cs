using Microsoft.AspNetCore.Http;
using Vigil.Review;

namespace Vigil.ReviewConsole.Work;

/// <summary>Refusals in the words of a page.</summary>
internal static class Refusals
{
    public static string Say(Refusal refusal) => refusal switch
    {
        Refusal.Rebuilding => "The queues are being rebuilt from the logs. Nothing was recorded: try again in a moment.",
        Refusal.LeaseLost => "Your time for this item was over, or someone else has it. The verdict was not recorded.",
        Refusal.Withdrawn => "Its publisher has deleted the item. The verdict was not recorded, and none is needed.",
        Refusal.Deciding => "A verdict of yours on this item is on its way. This one was not recorded.",
        Refusal.AlreadyDecided or Refusal.KeyReused => "You have decided this item already. This verdict was not recorded: undo the first one to decide otherwise.",
        Refusal.TooManyLeases => "You hold as many items as one reviewer may. Finish some of them first.",
        Refusal.OutcomeOpen => "It is not known yet whether the verdict is recorded. Send it again: it is never recorded twice.",
        Refusal.NothingToUndo => "No verdict of yours stands there that could be taken back.",
        Refusal.NothingStands => "No verdict stands there that could be judged again.",
        Refusal.AlreadyOpen => "It waits to be judged again already.",
        Refusal.TooLate => "That verdict is too old to be taken back.",
        Refusal.Forbidden => "Only leads work this queue.",
        Refusal.UnknownQueue => "There is no such queue.",
        _ => "Nothing is known of that item.",
    };

    /// <summary>A refusal named in an address; nothing for any other word.</summary>
    public static string Known(string? name) => Enum.TryParse<Refusal>(name, out var refusal) && Enum.IsDefined(refusal) && !int.TryParse(name, out _) ? Say(refusal) : "";

    public static int StatusOf(Refusal refusal) => refusal switch
    {
        Refusal.Rebuilding or Refusal.OutcomeOpen => StatusCodes.Status503ServiceUnavailable,
        Refusal.Forbidden => StatusCodes.Status403Forbidden,
        Refusal.NotFound or Refusal.UnknownQueue => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status409Conflict,
    };
}
