using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Contracts.Tests;

/// <summary>The bytes are those that the generated message writes itself, and they say what the item says.</summary>
public sealed class RankedItemWritingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly byte[] Sha256 = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Md5 = [.. Enumerable.Range(0, 16).Select(i => (byte)(255 - i))];

    private static RankedItem Withdrawn => new()
    {
        Disposition = Disposition.Withdrawn,
        ContentId = "a",
        Version = new(0, Sha256Digest.None),
        Source = new("topic", 0, 0, DateTimeOffset.UnixEpoch),
    };

    private static RankedItem Queued => new()
    {
        Disposition = Disposition.Queued,
        ContentId = "post-1",
        Version = new(7, Sha256Digest.Read(Sha256)),
        Source = new("topic", 11, 1L << 40, Noon),
        AuthorId = "ann",
        Surface = "post",
        Lang = "en",
        Url = "https://example.org/1",
        CreatedAt = Noon,
        Ranking = Ranking(neighbours: 3, snippet: "the kettle is on \u00e9 \U0001F600"),
        Parts = [new(0, "text", Sha256, Md5, 22), new(1, "image", Sha256, Md5, 3_000_000, "image/png", 640, 480)],
        Unreadable = [new(1, UnreadableReason.Pixels)],
        Partial = true,
        Degraded = ["models failed", ""],
        Provenance = new("embedder", "faiss", "bank", "ranker", "", "policies"),
        Timings = [new("decode", 0.001), new("rank", 0)],
        Reranked = true,
    };

    public static TheoryData<string> Cases => [.. Items.Keys];

    // A block that holds a little less than the next power of 128, and a little more: where the length of a length changes.
    private static Dictionary<string, RankedItem> Items => new()
    {
        ["withdrawn"] = Withdrawn,
        ["queued"] = Queued,
        ["cleared"] = Queued with { Disposition = Disposition.Cleared, Ranking = Ranking(0, "") with { Queue = "", Evidence = Evidence.None } },
        ["no score"] = Queued with { Ranking = Ranking(0, "") with { Scores = [], Risk = 0, Value = 0, Propensity = 0 } },
        ["joined text"] = Queued with { Ranking = Ranking(1, "x") with { Snippet = new("x", -1, 5) } },
        ["evidence of two bytes' length"] = Queued with { Ranking = Ranking(20, "x") },
        ["evidence of three bytes' length"] = Queued with { Ranking = Ranking(2_000, "x") },
        ["before 1970"] = Queued with { CreatedAt = new DateTimeOffset(1931, 5, 6, 7, 8, 9, 10, TimeSpan.FromHours(3)) },
        ["lone surrogate"] = Queued with { AuthorId = "a\uD800b", Surface = "\uDC00" },
        ["not a number"] = Queued with { Ranking = Ranking(0, "") with { Risk = double.NaN, Value = -0.0, ExpectedViews = double.PositiveInfinity } },
        ["negative numbers"] = Queued with { Version = new(-1, Sha256Digest.None), Source = new("", -1, -1, DateTimeOffset.UnixEpoch.AddMilliseconds(-1)) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Write_Item_IsWhatTheGeneratedMessageWrites(string name)
    {
        var bytes = Items[name].Write(new()).ToArray();

        Assert.Equal(Contracts.Wire.RankedItem.Parser.ParseFrom(bytes).ToByteArray(), bytes);
    }

    [Theory]
    [InlineData("withdrawn")]
    [InlineData("queued")]
    [InlineData("cleared")]
    [InlineData("no score")]
    [InlineData("joined text")]
    [InlineData("evidence of three bytes' length")]
    [InlineData("before 1970")]
    [InlineData("negative numbers")]
    public void Write_Item_SaysWhatTheItemSays(string name)
    {
        var item = Items[name];

        var read = Contracts.Wire.RankedItem.Parser.ParseFrom(item.Write(new()));

        // Lists have no equality of their own.
        Assert.Equivalent(item, read.ToDomain(), strict: true);
        Assert.Equal(item.Source.Time.ToUnixTimeMilliseconds(), read.EnqueuedMs);
        Assert.Equal(item.Ranking?.Snippet.Text.Length ?? 0, read.SnippetSpan?.Length ?? 0);
        Assert.Equal(item.Ranking is null, read.Evidence is null);
    }

    [Fact]
    public void Write_ShortAfterLong_HoldsNothingOfTheLongOne()
    {
        var writer = new WireWriter();
        var alone = Withdrawn.Write(writer).ToArray();
        Queued.Write(writer);

        Assert.Equal(alone, Withdrawn.Write(writer).ToArray());
    }

    private static Ranking Ranking(int neighbours, string snippet) => new(
        [new("hate", 0.25, 0.5), new("spam_scam", 0, 0.6)],
        0.3,
        "hate",
        12.5,
        Selection.Ranked,
        1,
        new(
            [.. Enumerable.Range(0, neighbours).Select(i => new Neighbour($"entry-{i}", i % 2 == 0 ? Side.Violation : Side.Benign, "hate", 0.5f, i % 3 - 1, "source"))],
            [new(new("entry", Side.Violation, ["hate", "violence"], 0, ""), 1, "sha256")],
            [new("nearest known violation", -0.5, "hate")]),
        new(snippet, 1, 200),
        1_000);
}
