using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.View;

public sealed class WaitingItemsTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Top_ByValueAndWait_TwiceTheValueIsWorthOneHalfLife()
    {
        var items = new WaitingItems();
        items.Apply(Queued("late", value: 7, at: Start));
        items.Apply(Queued("early", value: 4, at: Start.AddHours(-4)));
        items.Apply(Queued("small", value: 3, at: Start));

        Assert.Equal(["early", "late", "small"], items.Top("violence", 9).Select(item => item.Id));
    }

    [Fact]
    public void Apply_Edit_ReplacesValueAndKeepsItsPlaceInTime()
    {
        var items = new WaitingItems();
        items.Apply(Queued("a", value: 4, at: Start.AddHours(-4)));
        items.Apply(Queued("b", value: 7, at: Start));
        items.Apply(Queued("a", value: 4, at: Start));

        Assert.Equal(["a", "b"], items.Top("violence", 9).Select(item => item.Id));
        Assert.Equal(2, items.Depths["violence"]);
    }

    [Theory]
    [InlineData(Disposition.Withdrawn)]
    [InlineData(Disposition.Cleared)]
    public void Apply_NoLongerQueued_LeavesTheQueue(Disposition disposition)
    {
        var items = new WaitingItems();
        items.Apply(Queued("a", value: 4, at: Start));
        items.Apply(Queued("a", value: 4, at: Start) with { Disposition = disposition });

        Assert.Empty(items.Depths);
        Assert.Empty(items.Top("violence", 9));
    }

    [Fact]
    public void Places_TwoQueues_CountFromOneInEach()
    {
        var items = new WaitingItems();
        items.Apply(Queued("a", value: 4, at: Start));
        items.Apply(Queued("b", value: 8, at: Start));
        items.Apply(Queued("c", value: 1, at: Start, queue: "spam"));

        var places = items.Places();

        Assert.Equal(("violence", 1), places["b"]);
        Assert.Equal(("violence", 2), places["a"]);
        Assert.Equal(("spam", 1), places["c"]);
    }

    [Fact]
    public void Apply_BeyondCapacity_IsLeftOut()
    {
        var items = new WaitingItems(capacity: 1);
        items.Apply(Queued("a", value: 4, at: Start));
        items.Apply(Queued("b", value: 8, at: Start));

        Assert.Equal(1, items.Depths["violence"]);
    }

    private static RankedItem Queued(string id, double value, DateTimeOffset at, string queue = "violence") => new()
    {
        Disposition = Disposition.Queued,
        ContentId = id,
        Version = new(0, Contracts.Sha256Digest.None),
        Source = new("topic", 0, 1, at),
        Ranking = new([new("violence", 0.9, 0.5)], 0.9, queue, value, Selection.Ranked, 1, Evidence.None, Snippet.None),
    };
}
