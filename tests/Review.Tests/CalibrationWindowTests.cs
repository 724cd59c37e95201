using Vigil.Contracts.Wire;
using RankedItem = Vigil.Contracts.RankedItem;
using Selection = Vigil.Contracts.Wire.Selection;
using Verdict = Vigil.Contracts.Wire.Decision.Types.Verdict;

namespace Vigil.Review.Tests;

public sealed class CalibrationWindowTests
{
    private readonly CalibrationWindow _window = new(capacity: 4, fewest: 4);

    [Fact]
    public void Errors_WorkedExample_IsTheMeanGapOverBins()
    {
        // Bin of 0.2: two items, one violates, probabilities 0.4 in all: gap 0.6. Bin of 0.9: two, both violate: gap 0.2.
        Judge(0.2, Verdict.Violation, "spam");
        Judge(0.2, Verdict.Benign);
        Judge(0.9, Verdict.Violation, "spam");
        Judge(0.9, Verdict.Violation, "spam");

        Assert.Equal(("spam", 0.2), Rounded(Assert.Single(_window.Errors())));
    }

    [Fact]
    public void Errors_FewerThanWanted_SayNothing()
    {
        Judge(0.2, Verdict.Benign);

        Assert.Empty(_window.Errors());
    }

    [Theory]
    [InlineData(Selection.Ranked, Verdict.Benign, "")]
    [InlineData(Selection.Audit, Verdict.Violation, "hate")]
    [InlineData(Selection.Audit, Verdict.Skip, "")]
    [InlineData(Selection.Audit, Verdict.Escalate, "")]
    public void Add_SaysNothingOfThePolicy_IsLeftOut(Selection selection, Verdict verdict, string named)
    {
        for (var i = 0; i < 4; i++)
        {
            Judge(0.2, verdict, named, selection);
        }

        Assert.Empty(_window.Errors());
    }

    [Fact]
    public void Add_MoreThanItHolds_ForgetsTheOldest()
    {
        for (var i = 0; i < 4; i++)
        {
            Judge(1, Verdict.Benign);
        }

        for (var i = 0; i < 4; i++)
        {
            Judge(0, Verdict.Benign, selection: Selection.Random);
        }

        Assert.Equal(("spam", 0), Rounded(Assert.Single(_window.Errors())));
    }

    private static (string, double) Rounded((string Policy, double Error) each) => (each.Policy, Math.Round(each.Error, 9));

    private void Judge(double probability, Verdict verdict, string policy = "", Selection selection = Selection.Audit)
    {
        var decision = new Decision { Verdict = verdict, Selection = selection };
        if (policy.Length > 0)
        {
            decision.Policies.Add(policy);
        }

        var item = new RankedItem
        {
            Disposition = Contracts.Disposition.Queued,
            ContentId = "a",
            Version = new(1, Contracts.Sha256Digest.None),
            Source = new("t", 0, 0, default),
            Ranking = new([new("spam", probability, 0.5)], probability, "spam", 1, Contracts.Selection.Audit, 0.01, Contracts.Evidence.None, Contracts.Snippet.None),
        };
        _window.Add(item, decision);
    }
}
