using Confluent.Kafka;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Review.Contents;
using Vigil.Review.Projection;
using Vigil.Review.Redis;

namespace Vigil.Review;

/// <summary>
/// The review stage put together. Kafka clients are opened when first needed, so that looking at the queues needs Redis alone.
/// </summary>
public sealed class ReviewStage : IDisposable
{
    private readonly Lazy<IAdminClient> _admin;
    private readonly Lazy<IProducer<string, byte[]>> _producer;
    private readonly QueueRebuild _rebuild;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;

    public ReviewStage(ReviewKafka kafka, IConnectionMultiplexer redis, ReviewOptions options, IReadOnlyList<Policy> policies, TimeProvider time, ILoggerFactory loggers)
    {
        _time = time;
        _loggers = loggers;
        _admin = new(kafka.OpenAdmin);
        _producer = new(() => kafka.OpenProducer(TimeSpan.FromSeconds(options.DeliverySeconds)));
        var escalation = new EscalationQueues(policies);
        var directory = new TopicDirectory(_admin);
        Scripts = new RedisScripts(redis, options.KeyPrefix, time, options.ClockOffset);
        Projection = new QueueProjection(kafka, Scripts, directory, options, escalation.Of, new(time, loggers.CreateLogger<ProjectionHealth>()), time, loggers.CreateLogger<QueueProjection>());
        _rebuild = new QueueRebuild(Projection, time, loggers.CreateLogger<QueueRebuild>());
        Queues = new ReviewQueue(Scripts, options, escalation.AllQueues, escalation.LeadQueues, Random.Shared.NextDouble);
        var log = new DecisionLog(Scripts, _producer, kafka.Topics.Decisions, new PositionNames(directory, kafka.Topics.Decisions), TimeSpan.FromSeconds(options.AnswerSeconds), time);
        SecondReviews = new SecondReviews(Scripts, log, options.SecondShare);
        Decisions = new DecisionDesk(Scripts, log, SecondReviews, escalation.LeadQueues, options, time);
        Housekeeping = new QueueHousekeeping(Projection, Queues, _producer, kafka.Topics.Status, time, loggers.CreateLogger<QueueHousekeeping>());
        var restricted = options.RestrictedQueues;
        // A queue misspelt here would be shown without a word.
        if (restricted.Except(escalation.AllQueues).ToList() is { Count: > 0 } unknown)
        {
            throw new OptionsValidationException(
                nameof(ReviewOptions), typeof(ReviewOptions), [$"{ReviewOptions.Section}:Restricted: no policy has the queue {string.Join(", ", unknown)}; there are {string.Join(", ", escalation.AllQueues.Order(StringComparer.Ordinal))}."]);
        }

        Views = new ViewLog(_producer, kafka.Topics.Views, restricted);
        Contents = new ContentDesk(Queues, new ContentReader(kafka, directory, time), Views);
    }

    public ReviewQueue Queues { get; }

    public DecisionDesk Decisions { get; }

    public SecondReviews SecondReviews { get; }

    public ItemErasure Erasure => new(Scripts);

    internal RedisScripts Scripts { get; }

    internal QueueProjection Projection { get; }

    internal QueueHousekeeping Housekeeping { get; }

    public ContentDesk Contents { get; }

    public ViewLog Views { get; }

    /// <summary>Builds the queues anew from the logs, aside, and serves them in one swap.</summary>
    /// <returns>The generation served, or null if another process is rebuilding.</returns>
    public Task<string?> RebuildAsync(IProgress<RebuildProgress>? progress, CancellationToken cancellation) => _rebuild.RunAsync(progress, cancellation);

    /// <summary>Whether the queues are served, not being rebuilt.</summary>
    public async Task<bool> IsServedAsync() => await Projection.ServedAsync() is not null;

    public void Dispose()
    {
        Contents.Dispose();
        if (_producer.IsValueCreated)
        {
            _producer.Value.Flush(TimeSpan.FromSeconds(5));
            _producer.Value.Dispose();
        }

        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }

    internal ProjectionService OpenService() => new(Projection, _rebuild, Housekeeping, _time, _loggers.CreateLogger<ProjectionService>());
}
