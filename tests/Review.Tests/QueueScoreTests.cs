using CsCheck;

namespace Vigil.Review;

/// <summary>Pitfall 20: the order holds at any score a value and a time can give.</summary>
public sealed class QueueScoreTests
{
    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(4);

    private static readonly Gen<(double Value, DateTimeOffset Enqueued)> Items = Gen.Select(
        Gen.Double[-12, 16], Gen.Long[0, 10L * 365 * 86_400_000], (log, ms) => (Math.Pow(2, log), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(ms)));

    [Fact]
    public void Of_TwoItemsAtAnyLaterTime_OrderIsThatOfThePriority() => Gen.Select(Items, Items, Gen.Double[0, 200]).Sample((first, second, hours) =>
    {
        var now = (first.Enqueued > second.Enqueued ? first.Enqueued : second.Enqueued).AddHours(hours);
        var byPriority = LogPriority(first, now) - LogPriority(second, now);
        var byScore = QueueScore.Of(first.Value, first.Enqueued, HalfLife) - QueueScore.Of(second.Value, second.Enqueued, HalfLife);

        // Closer than a millisecond of waiting, the order is open.
        return Math.Abs(byPriority) < 1e-6 || Math.Sign(byPriority) == Math.Sign(byScore);
    });

    [Fact]
    public void Of_AMillisecondApartTenYearsOn_IsStillTold()
    {
        var enqueued = new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Assert.True(QueueScore.Of(1, enqueued, HalfLife) > QueueScore.Of(1, enqueued.AddMilliseconds(1), HalfLife));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void LogValue_BelowTheLowest_IsTheLowest(double value) => Assert.Equal(-12, QueueScore.LogValue(value));

    [Theory]
    [InlineData(1e9)]
    [InlineData(double.PositiveInfinity)]
    public void LogValue_AboveTheHighest_IsTheHighest(double value) => Assert.Equal(16, QueueScore.LogValue(value));

    [Fact]
    public void Text_AnyScore_ReadsBackTheSame() => Gen.Double.Sample(number => double.Parse(QueueScore.Text(number), System.Globalization.CultureInfo.InvariantCulture).Equals(number));

    private static double LogPriority((double Value, DateTimeOffset Enqueued) item, DateTimeOffset now) => Math.Log2(item.Value) + ((now - item.Enqueued) / HalfLife);
}
