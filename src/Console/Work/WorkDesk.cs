using System.Globalization;
using Vigil.Contracts;
using Vigil.Review;
using Vigil.ReviewConsole.Care;
using Vigil.ReviewConsole.Keys;

namespace Vigil.ReviewConsole.Work;

/// <summary>Brings claims and what their pages show together. The oldest claim of a queue is the one on screen, the next one waits behind it.</summary>
public sealed class WorkDesk(ReviewQueue queues, ContentDesk contents, KeyChoices keys, Exposure exposure, ConsoleOptions options, IReadOnlyList<Policy> policies)
{
    // A claim under the key of the one before it: asked for twice it is the same.
    private const string First = "console";

    public IReadOnlyList<Policy> Policies => policies;

    public Task<KeyMap> KeysOfAsync(Reviewer reviewer) => keys.OfAsync(reviewer);

    /// <summary>What is left of a reviewer's pause; null: there is none.</summary>
    public async Task<TimeSpan?> PauseOfAsync(Reviewer reviewer) => (await exposure.OfAsync(reviewer)).PauseLeft;

    /// <summary>What the reviewer has on screen in this queue; null: nothing.</summary>
    /// <param name="epoch">The claim wanted, if it is still held; else the oldest.</param>
    public async Task<Reply<WorkCard>> OnScreenAsync(string queue, Reviewer reviewer, long? epoch, CancellationToken cancellation)
    {
        var held = await queues.HeldAsync(reviewer);
        if (held.Value is not { } claims)
        {
            return new(null, held.Refused);
        }

        var here = claims.Where(claim => claim.Lease.Queue == queue).ToList();
        return (here.Find(claim => claim.Lease.Epoch == epoch) ?? here.FirstOrDefault()) is { } shown ? await CardOfAsync(shown, reviewer, cancellation) : new Reply<WorkCard>(null, null);
    }

    /// <summary>The next item of the queue.</summary>
    /// <param name="after">Epoch of the claim on screen; null where there is none.</param>
    public async Task<Reply<WorkCard>> ClaimAsync(string queue, Reviewer reviewer, long? after, CancellationToken cancellation) =>
        await CardOfAsync(await queues.ClaimAsync(queue, reviewer, after is { } epoch ? string.Create(CultureInfo.InvariantCulture, $"{First}-{epoch}") : First), reviewer, cancellation);

    /// <summary>The item whose decision was just taken back.</summary>
    public async Task<Reply<WorkCard>> ClaimAgainAsync(string queue, string id, Reviewer reviewer, string undo, CancellationToken cancellation) =>
        await CardOfAsync(await queues.ClaimItemAsync(queue, id, reviewer, $"{First}-{undo}"), reviewer, cancellation);

    private async Task<Reply<WorkCard>> CardOfAsync(Reply<Claim> reply, Reviewer reviewer, CancellationToken cancellation) =>
        reply.Value is { } claim ? await CardOfAsync(claim, reviewer, cancellation) : new Reply<WorkCard>(null, reply.Refused);

    private async Task<WorkCard> CardOfAsync(Claim claim, Reviewer reviewer, CancellationToken cancellation)
    {
        var content = claim.Item is { } item
            ? await contents.ReadAsync(item, reviewer, claim.Lease.Queue, claim.Lease.Epoch, cancellation)
            : new(ContentState.Forgotten, null, null);
        // The evidence quotes the content.
        var shown = content.State == ContentState.Withheld ? claim with { Item = null } : claim;
        return new(shown, content, policies, await keys.OfAsync(reviewer), options.ScoreOf(claim.Lease.Queue), await exposure.OfAsync(reviewer));
    }
}
