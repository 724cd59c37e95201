using Vigil.Contracts;
using Vigil.Pipeline.Commands;
using Vigil.Review;

namespace Vigil.Pipeline.Tests.Review;

public sealed class PlaceReasonTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Policy[] Policies =
    [
        new("hate", "Hate", 8, 60, "severe", "leads", 0.5),
        new("insult", "Insult", 2, 60, "severe", "leads", 0.5),
        new("spam", "Spam", 3, 60, "spam", "leads", 0.5),
    ];

    [Fact]
    public void Of_SeveralPoliciesAtTheirThresholds_NamesTheGravestOfItsQueue()
    {
        var reason = PlaceReason.Of(Item([new("hate", 0.6, 0.5), new("insult", 0.99, 0.5), new("spam", 0.99, 0.5)]), Policies, TimeSpan.FromHours(4), Now)!;

        Assert.Equal("hate 0.600 (threshold 0.500), severity 8", reason.Decisive);
        Assert.Equal("24 = value 6 doubled every 4 h, waiting 8.0 h", reason.Derivation);
        Assert.Equal(240, reason.ExpectedViews);
    }

    [Fact]
    public void Of_NoPolicyAtItsThreshold_SaysSo() => Assert.Equal(
        "no policy at its threshold", PlaceReason.Of(Item([new("hate", 0.4, 0.5)]), Policies, TimeSpan.FromHours(4), Now)!.Decisive);

    [Fact]
    public void Of_AnItemThatWaitsNowhere_IsNull() => Assert.Null(PlaceReason.Of(Item([]) with { Enqueued = null }, Policies, TimeSpan.FromHours(4), Now));

    private static QueueItem Item(IReadOnlyList<PolicyScore> scores) => new(
        "x",
        "queued",
        "0:",
        "severe",
        0,
        Now.AddHours(-8),
        new RankedItem
        {
            Disposition = Disposition.Queued,
            ContentId = "x",
            Version = new(0, Contracts.Sha256Digest.None),
            Source = new("t", 0, 0, Now),
            Ranking = new(scores, 0.9, "severe", 6, Selection.Ranked, 1, Evidence.None, Snippet.None, ExpectedViews: 240),
        });
}
