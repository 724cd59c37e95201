using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Spectre.Console;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Redis;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Training;
using Vigil.Rank.Policies;
using Vigil.Review;
using Vigil.Review.Projection;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil queue list|top|show|rebuild</c>: the queues as Redis holds them; only rebuild needs Kafka.</summary>
internal static class QueueCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output" };
        var queue = new Argument<string>("queue");
        var id = new Argument<string>("id") { Description = "A content id" };
        var count = NumberOption.Whole("--count", "How many", 1, 1_000, 10);
        var settings = SettingOption.Create();
        var list = new Command("list", "Depth and oldest wait of every queue.") { json, settings };
        list.SetAction((parsed, cancellation) => LookAsync(ListAsync, parsed.GetValue(json), parsed.GetValue(settings)!, cancellation));
        var top = new Command("top", "The most urgent items of a queue.") { queue, count, json, settings };
        top.SetAction((parsed, cancellation) => LookAsync(
            (looking, asJson) => TopAsync(looking, parsed.GetValue(queue)!, parsed.GetValue(count), asJson), parsed.GetValue(json), parsed.GetValue(settings)!, cancellation));
        var show = new Command("show", "One item: where it stands and why, its lease and its decisions.") { id, json, settings };
        show.SetAction((parsed, cancellation) => LookAsync((looking, asJson) => ShowAsync(looking, parsed.GetValue(id)!, asJson), parsed.GetValue(json), parsed.GetValue(settings)!, cancellation));
        var rebuild = new Command("rebuild", "Builds the queues anew from the logs, beside the served ones, and swaps.") { json, settings };
        rebuild.SetAction((parsed, cancellation) => RebuildAsync(parsed.GetValue(json), parsed.GetValue(settings)!, cancellation));
        return new("queue", "Shows and rebuilds the review queues.") { list, top, show, rebuild };
    }

    private static async Task<int> LookAsync(Func<Looking, bool, Task> show, bool json, KeyValuePair<string, string?>[] settings, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(AddReviewOptions, settings);
        await using var redis = await ConnectAsync(services, cancellation);
        var policies = PolicyFiles.Load(VigilHome.Policies).Policies;
        using var stage = Stage(services, redis, ReviewKafka.None, policies);
        var halfLife = TimeSpan.FromHours(services.GetRequiredService<IOptions<ReviewOptions>>().Value.HalfLifeHours);
        await show(new(stage.Queues, policies, halfLife, TimeProvider.System.GetUtcNow()), json);
        return ExitCode.Done;
    }

    private static async Task ListAsync(Looking looking, bool json)
    {
        var queues = await ValueAsync(looking, looking.Queues.ListAsync());
        if (json)
        {
            Print(queues.Select(queue => new { queue.Name, queue.Depth, OldestAgeSeconds = queue.OldestAge.TotalSeconds }));
            return;
        }

        var table = new Table().AddColumns("queue", "waiting", "oldest");
        foreach (var queue in queues)
        {
            table.AddRow(Shown(queue.Name), $"{queue.Depth}", PlaceReason.Age(queue.OldestAge));
        }

        Tables.Write(Console.Out, table);
    }

    private static async Task TopAsync(Looking looking, string queue, int count, bool json)
    {
        var top = await ValueAsync(looking, looking.Queues.TopAsync(queue, count));
        if (json)
        {
            Print(top);
            return;
        }

        var table = new Table().AddColumns("#", "id", "policy at its threshold", "views in 24 h", "value", "priority", "waiting", "nearest known violation");
        foreach (var item in top)
        {
            var reason = looking.ReasonOf(item);
            table.AddRow(
                $"{item.Place}",
                Shown(item.Id),
                Shown(reason?.Decisive ?? "-"),
                reason is null ? "-" : PlaceReason.Number(reason.ExpectedViews),
                reason is null ? "-" : PlaceReason.Number(reason.Value),
                reason is null ? "-" : PlaceReason.Number(reason.Priority),
                reason is null ? "-" : PlaceReason.Age(reason.Waiting),
                Shown(Nearest(item)));
        }

        Tables.Write(Console.Out, table);
    }

    private static async Task ShowAsync(Looking looking, string id, bool json)
    {
        var details = await ValueAsync(looking, looking.Queues.ItemAsync(id));
        if (json)
        {
            Print(details);
            return;
        }

        var current = details.Current;
        var table = new Table { ShowHeaders = false }.AddColumns("", "");
        void Row(string name, string text) => table.AddRow(Shown(name), Shown(text));
        Row("id", current.Id);
        Row("status", current.Status);
        Row("version", current.Version);
        Row("queue", current.Queue);
        if (current.Place is { } place)
        {
            Row("place", $"{place} of {current.Depth}");
        }

        Row("enqueued", current.Enqueued?.ToString("u", CultureInfo.InvariantCulture) ?? "");
        if (looking.ReasonOf(current) is { } why)
        {
            Row("priority", why.Derivation);
            Row("policy", why.Decisive);
            Row("expected views", $"{PlaceReason.Number(why.ExpectedViews)} in 24 h");
        }

        Row("risk", current.Item?.Ranking?.Risk.ToString("0.000", CultureInfo.InvariantCulture) ?? "");
        foreach (var score in current.Item?.Ranking?.Scores ?? [])
        {
            Row($"  {score.Policy}", string.Create(CultureInfo.InvariantCulture, $"{score.Probability:0.000} (threshold {score.Threshold:0.000})"));
        }

        Row("nearest", Nearest(current));
        foreach (var reason in current.Item?.Ranking?.Evidence.Reasons ?? [])
        {
            Row($"  {reason.Feature}", string.Create(CultureInfo.InvariantCulture, $"{reason.Contribution:+0.00;-0.00} {reason.Policy}"));
        }

        Row("lease", details.Lease is { } lease ? $"{lease.Holder} until {lease.Expires:u}{(lease.Deciding ? ", deciding" : "")}" : "none");
        foreach (var decision in details.Decisions)
        {
            Row("decision", $"{decision.Time:u} {decision.Kind} {decision.Verdict} by {decision.Reviewer}: {decision.Outcome}");
        }

        Tables.Write(Console.Out, table);
    }

    private static async Task<int> RebuildAsync(bool json, KeyValuePair<string, string?>[] settings, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(AddReviewOptions, settings);
        await KafkaReachable.CheckAsync(services.GetRequiredService<KafkaClients>(), cancellation);
        await using var redis = await ConnectAsync(services, cancellation);
        var kafka = ReviewRole.Clients(services.GetRequiredService<KafkaClients>());
        using var stage = Stage(services, redis, kafka, PolicyFiles.Load(VigilHome.Policies).Policies);
        var served = await stage.RebuildAsync(new Drawn(new(TimeProvider.System)), cancellation) ?? throw new CommandFailedException("Another process is rebuilding the queues.");
        if (json)
        {
            Print(new { Generation = served });
        }
        else
        {
            Console.Out.WriteLine($"generation {served} is served");
        }

        return ExitCode.Done;
    }

    internal static async Task<ConnectionMultiplexer> ConnectAsync(ServiceProvider services, CancellationToken cancellation)
    {
        var options = services.GetRequiredService<IOptions<RedisOptions>>().Value;
        var redis = await RedisClient.OpenAsync(options);
        await RedisReachable.CheckAsync(redis, options, cancellation);
        return redis;
    }

    // Looking at queues needs no tokens, so the rules of the role stay out; ranges hold, or a rebuild would use a broken half-life.
    internal static void AddReviewOptions(IServiceCollection services)
    {
        services.AddOptions<ReviewOptions>().BindConfiguration(ReviewOptions.Section);
        ReviewRole.FollowKafkaPrefix(services);
        services.AddSingleton<IValidateOptions<ReviewOptions>, ReviewOptionsRanges>();
    }

    internal static ReviewStage Stage(ServiceProvider services, ConnectionMultiplexer redis, ReviewKafka kafka, IReadOnlyList<Policy> policies) =>
        new(kafka, redis, services.GetRequiredService<IOptions<ReviewOptions>>().Value, policies, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<T> ValueAsync<T>(Looking looking, Task<Reply<T>> call)
        where T : class
    {
        var reply = await call;
        return reply.Refused switch
        {
            Refusal.Rebuilding => throw new CommandFailedException("The queues are not there: they are being rebuilt, or no review role has run yet."),
            Refusal.NotFound => throw new CommandFailedException("Nothing is known of this item."),
            Refusal.UnknownQueue => throw new CommandFailedException($"There is no such queue. Known: {string.Join(", ", await looking.Queues.NamesAsync())}."),
            { } refusal => throw new CommandFailedException($"Refused: {refusal}."),
            null => reply.Value!,
        };
    }

    private static string Nearest(QueueItem item) =>
        item.Item?.Ranking?.Evidence is not { } evidence ? ""
        : evidence.HashHits is [var hit, ..] ? $"{hit.Entry.Id} (same bytes)"
        : evidence.Neighbours.Where(near => near.Side == Side.Violation).MaxBy(near => near.Similarity) is { } near
            ? string.Create(CultureInfo.InvariantCulture, $"{near.EntryId} {near.Policy} {near.Similarity:0.00}")
            : "";

    // Ids are the publishers' own: nothing of them may reach a terminal that it would obey.
    private static string Shown(string text) => Markup.Escape(TerminalView.Visible(text));

    private static void Print<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Json));

    private sealed class Drawn(WorkProgress progress) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => progress.Count("rebuilding", (int)Math.Min(value.Applied, int.MaxValue), (int)Math.Min(value.Total, int.MaxValue));
    }

    /// <summary>The queues, and what their places are explained with.</summary>
    private sealed record Looking(ReviewQueue Queues, IReadOnlyList<Policy> Policies, TimeSpan HalfLife, DateTimeOffset Now)
    {
        public PlaceReason? ReasonOf(QueueItem item) => PlaceReason.Of(item, Policies, HalfLife, Now);
    }
}
