using System.Diagnostics.Metrics;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Queue;

/// <summary>What is counted and measured of the queues.</summary>
public sealed class QueueMetricsTests(RedisServer redis)
{
    private static readonly DateTimeOffset T0 = LogRecords.Day0;
    private static readonly Reviewer Ana = new("ana", IsLead: false);

    // Pitfall 25.
    [Fact]
    public async Task Leases_RunOut_AreCountedAsExpired()
    {
        var bench = new ProjectionBench(redis);
        bench.Append(LogRecords.Ranked("a", 0, 'A', Disposition.Queued, T0, 0));
        bench.Append(LogRecords.Ranked("b", 0, 'A', Disposition.Queued, T0, 1));
        await bench.ApplyAllAsync();
        await bench.Queues.ClaimAsync("hate", Ana, "1");
        await bench.Queues.ClaimAsync("hate", Ana, "2");
        using var stage = new ReviewStage(
            ReviewKafka.None, redis.Connection, new ReviewOptions { KeyPrefix = bench.Prefix }, [], TimeProvider.System, NullLoggerFactory.Instance);

        Assert.Equal(0, await ExpiredAsync(T0.AddDays(1)));
        Assert.Equal(2, await ExpiredAsync(T0.AddDays(1).AddMinutes(11)));
        Assert.Equal(0, await ExpiredAsync(T0.AddDays(1).AddMinutes(12)));

        Task<long> ExpiredAsync(DateTimeOffset now)
        {
            stage.Scripts.ClockOffset = now - TimeProvider.System.GetUtcNow();
            return CountedAsync("expired", () => stage.Housekeeping.EndLeasesAsync(new("decisions", "topic", 1)));
        }
    }

    // Pitfall 27: the times a producer can choose are those of 1970 and 2100; ours count.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1970, 2100)]
    [InlineData(2100, 1970)]
    public async Task OldestAge_OfASeededQueue_IsThatOfTheOneThatCameFirst(int firstYear, int lastYear)
    {
        var bench = new ProjectionBench(redis);
        var minutes = new[] { 20, 0, 60 };
        foreach (var (minute, index) in minutes.Select((minute, index) => (minute, index)))
        {
            var item = LogRecords.Ranked($"i{index}", 0, 'A', Disposition.Queued, T0.AddMinutes(minute), index);
            if ((minute == 0 ? firstYear : lastYear) is > 0 and var year)
            {
                var claimed = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
                item.CreatedAt = Timestamp.FromDateTimeOffset(claimed);
                item.Source.TimeMs = claimed.ToUnixTimeMilliseconds();
            }

            bench.Append(item, T0.AddMinutes(minute));
        }

        await bench.ApplyAllAsync();

        var queue = Assert.Single((await bench.Queues.ListAsync()).Value!);
        Assert.Equal(3, queue.Depth);
        Assert.InRange(queue.OldestAge, TimeSpan.FromHours(24), TimeSpan.FromHours(24) + TimeSpan.FromMinutes(5));
    }

    /// <summary>Leases counted by what the action does, not by tests that run beside it.</summary>
    private static async Task<long> CountedAsync(string outcome, Func<Task> action)
    {
        var here = new AsyncLocal<bool> { Value = true };
        var count = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "vigil.review.leases")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => count += here.Value && (string?)tags[0].Value == outcome ? value : 0);
        listener.Start();
        await action();
        return count;
    }
}
