using Vigil.Contracts;

namespace Vigil.Embed.Tests;

public sealed class ItemWindowsTests
{
    [Fact]
    public void Choose_WithinTheLimit_TakesAllInOrder()
    {
        var chosen = ItemWindows.Choose([Text(0, 2), Text(2, 3), Text(TextWindow.JoinedText, 4)], out var partial);

        Assert.False(partial);
        Assert.Equal([0, 0, 2, 2, 2, -1, -1, -1, -1], chosen.Select(window => window.Window.Part));
    }

    [Fact]
    public void Choose_OneTextOverTheLimit_KeepsFirstAndLastAndSpreads()
    {
        var chosen = ItemWindows.Choose([Text(0, 500)], out var partial);

        Assert.True(partial);
        Assert.Equal(ItemWindows.Limit, chosen.Count);
        var starts = chosen.Select(window => window.Window.Start).ToList();
        Assert.Equal((0, 499), (starts[0], starts[^1]));
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 3, 4));
    }

    [Fact]
    public void Choose_ManyPartsOverTheLimit_KeepsTheJoinedTextWhole()
    {
        var chosen = ItemWindows.Choose([Text(0, 60), Text(1, 60), Text(TextWindow.JoinedText, 119)], out var partial);

        Assert.True(partial);
        Assert.Equal(119, chosen.Count(window => window.Window.Part == TextWindow.JoinedText));
        Assert.Equal(9, chosen.Count(window => window.Window.Part != TextWindow.JoinedText));
    }

    [Theory]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(300)]
    public void Choose_JoinedTextNearTheLimit_NeverPassesIt(int joined)
    {
        var chosen = ItemWindows.Choose([Text(0, 50), Text(1, 50), Text(TextWindow.JoinedText, joined)], out var partial);

        Assert.True(partial);
        Assert.Equal(ItemWindows.Limit, chosen.Count);
        Assert.Equal(joined - 1, chosen[^1].Window.Start);
    }

    private static TextWindows Text(int part, int windows) => new(
        new ItemText(part, new string('x', windows)),
        [.. Enumerable.Range(0, windows).Select(i => new TokenWindow(i, 1, new[] { 1, 9, 2 }, 0))]);
}
