using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using Vigil.Review;
using Vigil.ReviewConsole.Pages;
using Vigil.ReviewConsole.SignIn;
using Vigil.ReviewConsole.Work;

namespace Vigil.ReviewConsole.Live;

/// <summary>
/// What changes under an open page, by server-sent events: said when it changes, and every stream ends soon, so that whoever was
/// signed out hears it at the next one.
/// </summary>
internal static class LiveEndpoints
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    public static void Map(IEndpointRouteBuilder pages)
    {
        // Open for a minute: not what the durations of requests are to tell.
        var live = pages.MapGroup("").DisableHttpMetrics();
        live.MapGet(ConsolePaths.LiveLeases, Leases).RequireAuthorization(ConsolePolicies.Work);
        live.MapGet(ConsolePaths.LiveQueues, Queues);
    }

    private static ServerSentEventsResult<string> Leases(ReviewQueue queues, HttpContext context, TimeProvider time, IHostApplicationLifetime host)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        return Stream(context, time, host, async () => LeasesSeen.Of(await queues.LookAsync(reviewer)));
    }

    private static ServerSentEventsResult<string> Queues(ReviewQueue queues, HttpContext context, TimeProvider time, IHostApplicationLifetime host) =>
        Stream(context, time, host, async () => QueuesSeen.Of(await queues.ListAsync()));

    private static ServerSentEventsResult<string> Stream<T>(HttpContext context, TimeProvider time, IHostApplicationLifetime host, Func<Task<T>> look)
    {
        // nginx would gather events before it hands them on.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(WatchAsync(look, time, host.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> WatchAsync<T>(
        Func<Task<T>> look, TimeProvider time, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        using var timer = new PeriodicTimer(Look, time);
        var since = time.GetTimestamp();
        var said = "";
        do
        {
            if (await SeenAsync(look) is { } seen && seen != said)
            {
                yield return new(said = seen) { ReconnectionInterval = Again };
            }
        }
        while (time.GetElapsedTime(since) < Longest && await NextAsync(timer, either.Token));
    }

    // While Redis is away nothing is known; the page keeps what it shows.
    private static async Task<string?> SeenAsync<T>(Func<Task<T>> look)
    {
        try
        {
            return JsonSerializer.Serialize(await look(), JsonSerializerOptions.Web);
        }
        catch (Exception fault) when (fault is RedisException or RedisTimeoutException)
        {
            return null;
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellation)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>A reviewer's leases, as an open page compares them with the items it shows.</summary>
/// <param name="Last">The last epoch given: of a later claim this says nothing.</param>
/// <param name="Held">Epochs, each with whether its item was edited since.</param>
internal sealed record LeasesSeen(long Last, IReadOnlyDictionary<string, bool> Held)
{
    /// <summary>Null: not known at this moment.</summary>
    public static LeasesSeen? Of(Reply<LeasesLook> reply) => reply.Value is { } look
        ? new(look.LastEpoch, look.Leases.OrderBy(lease => lease.Epoch).ToDictionary(lease => $"{lease.Epoch}", lease => lease.WasRevised))
        : null;
}

/// <summary>Queues in the words of the page.</summary>
/// <param name="Notice">Why they cannot be had; empty where they can.</param>
internal sealed record QueuesSeen(IReadOnlyDictionary<string, string[]> Queues, string Notice)
{
    public static QueuesSeen Of(Reply<IReadOnlyList<QueueSummary>> reply) => reply.Value is { } queues
        ? new(queues.ToDictionary(queue => queue.Name, queue => new[] { Spans.Count(queue.Depth), Spans.OldestOf(queue) }), "")
        : new(new Dictionary<string, string[]>(), Refusals.Say(reply.Refused ?? Refusal.Rebuilding));
}
