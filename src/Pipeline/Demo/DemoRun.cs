using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Review;

namespace Vigil.Pipeline.Demo;

/// <summary>
/// `vigil demo`: 1. Kafka and Redis, named or as children; 2. topics; 3. all roles, as `vigil run` has them; 4. the stream,
/// published and watched; 5. the account, read back from Kafka, or serving on.
/// </summary>
internal sealed class DemoRun(DemoOptions options, TimeProvider time, TextWriter output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Hurried = TimeSpan.FromSeconds(3);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var stream = DemoStream.Open(options, Console.Error.WriteLine);

        // :: Step 1: services
        await using var services = await DemoServices.StartAsync(cancellation);
        var reviewer = DemoReviewer.Make();
        await using var app = VigilHost.Build(Role.All, [.. Settings(services), .. reviewer.Settings, .. options.Settings], QuietLogs.Apply);
        var clients = app.Services.GetRequiredService<KafkaClients>();
        await ServicesReachable.CheckAsync(app.Services, cancellation);
        await WriteAsync(OwnServices.Notes(services, clients.Topics.Content, stream.Total));

        // :: Step 2: topics
        using (var topics = new TopicSetup(clients))
        {
            await topics.ApplyAsync(grow: false);
        }

        // :: Step 3: roles
        var board = new LiveBoard(time);
        using var reader = new LiveReader(clients, board.Apply, item => board.Apply(item.Timings));
        await VigilHost.StartAsync(app, cancellation);
        try
        {
            await output.WriteLineAsync($"vigil demo: Kafka {services.Kafka}{(services.KafkaEmbedded ? " (embedded development broker)" : "")}, Redis {services.Redis}{(services.RedisEmbedded ? " (child process)" : "")}, HTTP {Http(app)}");
            await output.WriteLineAsync($"vigil demo: reviewers' console, by a link that signs in once: {Http(app)}{await reviewer.SignInPathAsync(app.Services)}");
            await output.WriteLineAsync($"vigil demo: reviewers' API under {Http(app)} with the header  Authorization: Bearer {reviewer.Token}");
            return await WatchAsync(stream, reader, new Running(services, app, clients, board, QueueWatchOf(app, time), reviewer), cancellation);
        }
        finally
        {
            // Without its broker or Redis nothing can be drained.
            using var limit = services.ChildEnded.IsCompleted ? new CancellationTokenSource(Hurried) : new CancellationTokenSource();
            await app.StopAsync(limit.Token);
        }
    }

    private async Task<int> WatchAsync(DemoStream stream, LiveReader reader, Running running, CancellationToken cancellation)
    {
        var (services, app) = (running.Services, running.App);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
        Task[] beside = [reader.RunAsync(ending.Token), running.Queues.RunAsync(ending.Token), EndWithChildAsync(services, ending)];
        try
        {
            await output.WriteLineAsync("vigil demo: waiting for the roles and the bank of known violations");
            await new Readiness(app.Services, time).WaitAsync(isFresh: services.KafkaEmbedded, ending.Token);
            var code = await RunStreamAsync(stream, running, ending.Token);
            return ending.IsCancellationRequested && !cancellation.IsCancellationRequested ? throw await EndOfAsync(services, app) : code;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw await EndOfAsync(services, app);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task EndWithChildAsync(DemoServices services, CancellationTokenSource ending)
    {
        await services.ChildEnded.WaitAsync(ending.Token);
        await ending.CancelAsync();
    }

    /// <summary>What ended a demo that nobody asked to end.</summary>
    private static async Task<Exception> EndOfAsync(DemoServices services, WebApplication app)
    {
        if (services.ChildEnded.IsCompleted)
        {
            return new CommandFailedException(await services.ChildEnded);
        }

        VigilHost.ThrowIfFaulted(app);
        return new CommandFailedException("The roles stopped by themselves.");
    }

    private async Task<int> RunStreamAsync(DemoStream stream, Running running, CancellationToken cancellation)
    {
        // :: Step 4: the stream
        await using var publisher = new StreamPublisher(running.Clients, time);
        DemoSnapshot Snapshot() => running.Board.Snapshot(publisher.Delivered, stream.Total, running.Queues.View);
        var display = new DemoDisplay(time, output, showSnippets: stream.IsShipped);
        running.Board.Begin();
        var finished = PublishAndFinishAsync(stream, publisher, running, cancellation);
        await display.ShowWhileAsync(Snapshot, options.Exit || options.Keep || !DemoDisplay.IsTerminal ? finished : StayAsync(finished, cancellation));

        // :: Step 5: the account, or serving on
        if (options.Exit)
        {
            return await CheckAsync(stream, publisher, running.Clients, Snapshot(), cancellation) ? ExitCode.Done : ExitCode.Failed;
        }

        if (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done;
        }

        if (!DemoDisplay.IsTerminal)
        {
            await running.Queues.SettleAsync(cancellation);
            await WriteAsync(PlainView.Queues(Snapshot()));
        }

        await WriteAsync(DemoAddresses.Lines(running.Services, Http(running.App), running.Reviewer));
        await StayAsync(finished, cancellation);
        return ExitCode.Done;
    }

    private async Task PublishAndFinishAsync(DemoStream stream, StreamPublisher publisher, Running running, CancellationToken cancellation)
    {
        var publishing = publisher.PublishAsync(stream.Records, options.Rate, cancellation);
        var lastCount = -1;
        var lastMoved = time.GetTimestamp();
        while (!publishing.IsCompletedSuccessfully || !running.Board.HasReached(publisher.LastOffsets))
        {
            if (publishing.IsFaulted || publishing.IsCanceled)
            {
                await publishing;
            }

            var count = publisher.Delivered + running.Board.Finished;
            (lastCount, lastMoved) = count == lastCount ? (lastCount, lastMoved) : (count, time.GetTimestamp());
            if (time.GetElapsedTime(lastMoved) > Patience)
            {
                throw new CommandFailedException($"Nothing has moved for {Patience.TotalMinutes} minutes: {publisher.Delivered} records published, {running.Board.Finished} with a disposition.");
            }

            await Task.Delay(Look, time, cancellation);
        }
    }

    private async Task<bool> CheckAsync(DemoStream stream, StreamPublisher publisher, KafkaClients clients, DemoSnapshot last, CancellationToken cancellation)
    {
        var waiting = new WaitingItems();
        var queues = new Dictionary<RecordPosition, string>();
        var account = await new AccountReader(clients).ReadAsync(
            await ContentTopicIdAsync(clients),
            item =>
            {
                queues[AccountReader.PositionOf(item.Source)] = item.Queue;
                waiting.Apply(item.ToDomain());
            },
            cancellation);
        await WriteAsync(PlainView.Queues(last with { Depths = waiting.Depths, Top = waiting.TopOfEach(Math.Max(DemoDisplay.TopItems, waiting.Depths.Count)) }));
        var report = account.Close();
        await WriteAsync(report.Lines());
        if (stream.Fault is { } fault)
        {
            await WriteAsync([fault]);
            return false;
        }

        return (!stream.IsShipped || await CheckExpectedAsync(stream, publisher, account, waiting, queues)) & report.IsBalanced;
    }

    private async Task<bool> CheckExpectedAsync(DemoStream stream, StreamPublisher publisher, Account account, WaitingItems waiting, Dictionary<RecordPosition, string> queues)
    {
        const int Shown = 20;
        var differences = ExpectedOutcomes.Differences(stream.Samples, publisher.Positions, account, position => queues.GetValueOrDefault(position));
        await WriteAsync([$"Expected outcomes: {stream.Samples.Count - differences.Count} of {stream.Samples.Count} records ended as they must", .. differences.Take(Shown).Select(line => $"  {line}")]);
        if (!stream.IsWhole)
        {
            return differences.Count == 0;
        }

        var planted = PlantedPlaces.Of(stream.Samples, waiting.Places(), waiting.Depths);
        await WriteAsync(planted.Lines());
        return differences.Count == 0 && planted.Share >= PlantedPlaces.Wanted;
    }

    private static async Task<string> ContentTopicIdAsync(KafkaClients clients)
    {
        using var topics = new TopicSetup(clients);
        return (await topics.ReadAsync()).Single(state => state.Wanted.Name == clients.Topics.Content).Id;
    }

    // Until Ctrl-C, which is how such a demo ends well.
    private async Task StayAsync(Task finished, CancellationToken cancellation)
    {
        await finished;
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings(DemoServices services) =>
    [
        .. services.Settings,
        .. OwnServices.Settings(services),
        // Any free port and a name of its own, so that two demos fit on one machine.
        .. OwnServices.Unless("Http:Urls", "http://127.0.0.1:0"),
        .. OwnServices.Unless("Ingest:Instance", $"demo-{Environment.MachineName}-{Environment.ProcessId}"),
    ];

    private static QueueWatch QueueWatchOf(WebApplication app, TimeProvider time)
    {
        var queues = app.Services.GetRequiredService<ReviewStage>().Queues;
        return new(queues.ListAsync, queues.TopAsync, DemoDisplay.TopItems, time);
    }

    private static string Http(WebApplication app) => string.Join(' ', app.Urls);

    private sealed record Running(DemoServices Services, WebApplication App, KafkaClients Clients, LiveBoard Board, QueueWatch Queues, DemoReviewer Reviewer);
}
