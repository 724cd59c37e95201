using Vigil.Contracts;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Accounting;

public sealed class ExpectedOutcomesTests
{
    private static readonly RecordPosition Position = new(2, 5);

    [Theory]
    [InlineData(Expectation.Ranked, "", Disposition.Queued, "", true)]
    [InlineData(Expectation.Ranked, "", Disposition.Cleared, "", true)]
    [InlineData(Expectation.Ranked, "", Disposition.Duplicate, "", false)]
    [InlineData(Expectation.Superseded, "", Disposition.Superseded, "", true)]
    [InlineData(Expectation.Withdrawn, "", Disposition.Queued, "", false)]
    [InlineData(Expectation.Rejected, "empty", Disposition.Rejected, "empty", true)]
    [InlineData(Expectation.Rejected, "empty", Disposition.Rejected, "no_id", false)]
    [InlineData(Expectation.Rejected, "empty", Disposition.Queued, "", false)]
    public void Differences_OutcomeOfARecord_IsComparedWithReason(string expected, string reason, Disposition got, string gotReason, bool isRight)
    {
        var differences = Differences(new(expected, reason), got, gotReason, queue: "");

        Assert.Equal(isRight, differences.Count == 0);
    }

    [Fact]
    public void Differences_RecordThatLeftNoTrace_IsNamed()
    {
        var differences = ExpectedOutcomes.Differences([Sample(new(Expectation.Ranked))], [Position], new Account(), _ => "");

        Assert.Contains("record 0 (id a, at 2:5): expected ranked, got nothing", differences);
    }

    [Theory]
    [InlineData("unreadable", true)]
    [InlineData("hate", false)]
    [InlineData("", false)]
    public void Differences_QueueThatMustBe_IsCompared(string queue, bool isRight)
    {
        var differences = Differences(new(Expectation.Ranked, Queue: "unreadable"), Disposition.Queued, "", queue);

        Assert.Equal(isRight, differences.Count == 0);
    }

    [Fact]
    public void Of_TopTenthOfTwenty_IsTheFirstTwoPlaces()
    {
        var depths = new Dictionary<string, int> { ["hate"] = 20, ["spam"] = 3 };
        var places = new Dictionary<string, (string, int)> { ["a"] = ("hate", 2), ["b"] = ("hate", 3), ["c"] = ("spam", 1) };
        Sample[] samples = [Planted("a"), Planted("b"), Planted("c"), Planted("d")];

        var planted = PlantedPlaces.Of(samples, places, depths);

        Assert.Equal(0.5, planted.Share);
        Assert.Equal(["b (hate 3 of 20)", "d (in no queue)"], Assert.Single(planted.Policies).Elsewhere);
    }

    private static IReadOnlyList<string> Differences(Expectation expected, Disposition got, string reason, string queue)
    {
        var account = new Account();
        account.AddContent(Position);
        account.AddDisposition(Position, got, reason);
        return ExpectedOutcomes.Differences([Sample(expected)], [Position], account, _ => queue);
    }

    private static Sample Sample(Expectation expected, string id = "a") => new(StreamRecord.Of(id, []), expected);

    private static Sample Planted(string id) => Sample(new(Expectation.Ranked, Planted: "hate"), id);
}
