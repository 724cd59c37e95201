using System.Globalization;
using StackExchange.Redis;
using Vigil.Review.Redis;

namespace Vigil.Review.Projection;

/// <summary>The two logs and their layout at one moment, with what is needed to read them.</summary>
/// <param name="Shape">What a generation was built with; another shape needs another generation.</param>
internal sealed record ProjectionSource(TopicLayout Ranked, TopicLayout Decisions, string Shape)
{
    public IReadOnlyList<TopicLayout> Topics => [Ranked, Decisions];
}

/// <summary>
/// The review queues in Redis as a projection of <c>ranked</c> and <c>decisions</c> (<c>design.md</c> §6.2): opens readers
/// over a generation, tells whether one fits the logs, begins and serves new ones.
/// </summary>
internal sealed class QueueProjection(ReviewKafka kafka, RedisScripts scripts, TopicDirectory directory, ReviewOptions options, Func<string, string> escalation, ProjectionHealth health, TimeProvider time, ILogger logger)
{
    /// <summary>Field of the positions that holds <see cref="ProjectionSource.Shape"/>; raise the number when scripts read facts in another way.</summary>
    private const string ShapeField = "shape";
    private const string FoldVersion = "3";

    private readonly ProjectedRecord _records = new(TimeSpan.FromHours(options.HalfLifeHours), escalation);

    private volatile LogTimes? _times;

    public RedisScripts Scripts => scripts;

    public ProjectionHealth Health => health;

    /// <summary>Log time both topics have passed, as the reader here knows it; 0: not known yet.</summary>
    public long Passed => _times?.Passed() ?? 0;

    public TopicDirectory Directory => directory;

    public async Task<ProjectionSource> DescribeAsync()
    {
        var topics = await directory.DescribeAsync(kafka.Topics.Ranked, kafka.Topics.Decisions);
        return new(topics[0], topics[1], string.Create(CultureInfo.InvariantCulture, $"{FoldVersion}/{PackedItem.DictionaryName}/{options.HalfLifeHours:R}"));
    }

    /// <summary>The generation served now; null while there is none.</summary>
    public async Task<string?> ServedAsync() => await scripts.Database.StringGetAsync(scripts.Key("ready"));

    /// <returns>Positions by field; null: the generation does not fit the topics as they are, rebuild.</returns>
    public async Task<IReadOnlyDictionary<string, long>?> PositionsAsync(string generation, ProjectionSource source)
    {
        var entries = await scripts.Database.HashGetAllAsync(scripts.Key(generation, "pos"));
        var positions = entries.Where(entry => entry.Name != ShapeField)
            .ToDictionary(entry => (string)entry.Name!, entry => (long)entry.Value);
        var fields = source.Topics.SelectMany(topic => topic.All.Select(partition => topic.Field(partition.Partition)));
        var shape = entries.FirstOrDefault(entry => entry.Name == ShapeField).Value;
        return shape == source.Shape && fields.All(positions.ContainsKey) ? positions : null;
    }

    /// <summary>Whether the logs still hold every position: the client may stall, not fail, on one out of range.</summary>
    public async Task<bool> CanReadAsync(ProjectionSource source, IReadOnlyDictionary<string, long> positions)
    {
        var beginnings = await directory.BeginningsAsync(source.Topics);
        var ends = await directory.EndsAsync(source.Topics, Confluent.Kafka.IsolationLevel.ReadUncommitted);
        return source.Topics.All(topic => topic.All.All(partition =>
            positions[topic.Field(partition.Partition)] is var position && position >= beginnings[partition] && position <= ends[partition]));
    }

    /// <summary>Begins a generation at the beginnings of both logs.</summary>
    public async Task<string> BeginAsync(ProjectionSource source)
    {
        var beginnings = await directory.BeginningsAsync(source.Topics);
        var generation = Guid.NewGuid().ToString("N")[..12];
        var pairs = source.Topics
            .SelectMany(topic => topic.All.SelectMany(partition => new RedisValue[] { topic.Field(partition.Partition), Text(beginnings[partition]) }));
        await scripts.RunAsync("begin", [generation, .. pairs, ShapeField, source.Shape]);
        return generation;
    }

    /// <summary>Reads both logs into a generation until one of the readers stops.</summary>
    /// <param name="ends">By partition; null: for ever.</param>
    public async Task<ReadEnd> ReadAsync(
        string generation, bool live, ProjectionSource source, IReadOnlyDictionary<string, long> positions, LogTimes times,
        IReadOnlyDictionary<Confluent.Kafka.TopicPartition, long>? ends, CancellationToken cancellation)
    {
        await scripts.IntroduceAsync("apply_ranked", "apply_decision");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var rankedConsumer = kafka.OpenConsumer();
        using var decisionsConsumer = kafka.OpenConsumer();
        var ranked = new LogReader(rankedConsumer, source.Ranked, "apply_ranked", _records.Ranked, scripts, health, time, logger) { Passed = times.Passed };
        var decisions = new LogReader(decisionsConsumer, source.Decisions, "apply_decision", ProjectedRecord.Decided, scripts, health, time, logger) { Passed = times.Passed };
        times.Follow(ranked, decisions);
        _times = times;
        Task<ReadEnd>[] readers = [.. new[] { ranked, decisions }.Select(reader => reader.RunAsync(
            generation,
            live,
            [.. reader.Topic.All.Select(partition => positions[reader.Topic.Field(partition.Partition)])],
            ends is null ? null : [.. reader.Topic.All.Select(partition => ends[partition])],
            stop.Token))];
        try
        {
            return await EndOfAsync(readers, stop, cancellation);
        }
        finally
        {
            // However it ends: a reader left inside a client that is gone would end the process.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(readers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="hold">How long live readers wait if the generation is behind: while records keep coming it would never catch up.</param>
    /// <returns>False: behind the served generation, read on.</returns>
    public async Task<bool> ServeAsync(string generation, TimeSpan hold)
    {
        var answer = await scripts.RunAsync("swap", generation, hold.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture));
        return (string?)answer[0] switch
        {
            "served" => true,
            "behind" => false,
            _ => throw new RedisException("The generation being rebuilt is gone from Redis."),
        };
    }

    /// <summary>Deletes every generation that is neither served nor <paramref name="building"/>.</summary>
    public async Task DropOthersAsync(string? building, CancellationToken cancellation)
    {
        var served = await ServedAsync();
        foreach (var generation in await scripts.Database.SortedSetRangeByRankAsync(scripts.Key("gens")))
        {
            while (generation != served && generation != building && (int)await scripts.RunAsync("drop", generation, "500") == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <returns>Why the first one stopped that did not come to its end; it stops the other.</returns>
    private static async Task<ReadEnd> EndOfAsync(Task<ReadEnd>[] readers, CancellationTokenSource stop, CancellationToken cancellation)
    {
        List<Task<ReadEnd>> running = [.. readers];
        var end = ReadEnd.Done;
        while (running.Count > 0)
        {
            var first = await Task.WhenAny(running);
            running.Remove(first);
            try
            {
                var reason = await first;
                end = end == ReadEnd.Done ? reason : end;
                if (reason != ReadEnd.Done)
                {
                    await stop.CancelAsync();
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The other reader ended first; its reason is the one that counts.
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return end;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
