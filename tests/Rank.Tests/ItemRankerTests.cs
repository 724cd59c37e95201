using CsCheck;
using Vigil.Contracts;

namespace Vigil.Rank.Tests;

public sealed class ItemRankerTests : IDisposable
{
    private readonly RankerFixture _fixture = new();

    [Fact]
    public void Rank_ViolationInALaterWindow_TakesItsScoreAndSnippet()
    {
        var alone = _fixture.Rank(["snarfle"]);
        var ranking = _fixture.Rank(["a quiet morning by the lake", "snarfle"]);

        Assert.Equal(alone.Scores, ranking.Scores);
        Assert.Equal("rude-queue", ranking.Queue);
        Assert.Equal(new("snarfle", 1, 0), ranking.Snippet);
        Assert.Equal(alone.Risk, ranking.Risk);
        Assert.True(ranking.Risk > 0.9);
    }

    [Fact]
    public void Rank_TwoPoliciesReached_QueuesTheOneOfMostHarm()
    {
        var ranking = _fixture.Rank(["snarfle", "grumbold"]);

        Assert.True(Score(ranking, "rude") >= 0.5 && Score(ranking, "grave") >= 0.4);
        Assert.Equal("grave-queue", ranking.Queue);
        Assert.Equal("grumbold", ranking.Snippet.Text);
        Assert.Equal(["grave", "novel", "rude"], ranking.Scores.Select(score => score.Policy));
    }

    [Fact]
    public void Rank_NothingReached_IsClearedWithoutEvidence()
    {
        var ranking = _fixture.Rank(["a quiet morning by the lake"]);

        Assert.Equal(("", Selection.Ranked, 1.0), (ranking.Queue, ranking.Selection, ranking.Propensity));
        Assert.Same(Evidence.None, ranking.Evidence);
        Assert.True(ranking.Value > 0);
    }

    [Fact]
    public void Rank_QueuedItem_NamesWhatRaisedIt()
    {
        var ranking = _fixture.Rank(["snarfle"]);

        var reason = ranking.Evidence.Reasons[0];
        Assert.Equal(("wording: rude", "rude"), (reason.Feature, reason.Policy));
        Assert.True(reason.Contribution > 0);
    }

    [Fact]
    public void Rank_HashHitOfAViolation_IsCertainAndTheFirstReason()
    {
        var hit = new HashHit(new("known-9", Side.Violation, ["rude"], 0, "people"), 0, "sha256");

        var ranking = _fixture.Rank(["a quiet morning by the lake"], hits: [hit]);

        Assert.Equal(0.99, Score(ranking, "rude"));
        Assert.Equal(0.99, ranking.Risk);
        Assert.Equal("rude-queue", ranking.Queue);
        Assert.Equal("identical to known violation known-9 (sha256)", ranking.Evidence.Reasons[0].Feature);
        Assert.Equal([hit], ranking.Evidence.HashHits);
    }

    [Fact]
    public void Rank_HashHitOfABenignEntry_RaisesNothingButIsShown()
    {
        var hit = new HashHit(new("fine-1", Side.Benign, ["rude"], 0, "people"), 0, "md5");

        var ranking = _fixture.Rank(["a quiet morning by the lake"], hits: [hit]);

        Assert.Equal("", ranking.Queue);
        Assert.Equal([hit], ranking.Evidence.HashHits);
        Assert.Empty(ranking.Evidence.Reasons);
    }

    [Fact]
    public void Rank_UnreadablePartBesideHarmlessText_IsQueuedAsUnreadable()
    {
        var ranking = _fixture.Rank(["a quiet morning by the lake"], item => item with { Unreadable = [new(1, UnreadableReason.NotAnImage)] });

        Assert.Equal(PolicySet.UnreadableQueue, ranking.Queue);
    }

    [Fact]
    public void Rank_PartlyReadText_IsClearedOnlyIfItWasReadWhole()
    {
        Assert.Equal(PolicySet.UnreadableQueue, _fixture.Rank(["a quiet morning"], item => item with { Partial = true }).Queue);
        Assert.Equal("rude-queue", _fixture.Rank(["snarfle"], item => item with { Partial = true }).Queue);
    }

    [Fact]
    public void Rank_ImagesOnly_AreRankedByTheirHashes()
    {
        var hit = new HashHit(new("picture-1", Side.Violation, ["grave"], 0, "people"), 0, "md5");
        static EmbeddedItem Image(EmbeddedItem item) => item with { Content = item.Content with { Parts = [new ImagePart(new byte[3], "image/png")] } };

        Assert.Equal("", _fixture.Rank([], Image).Queue);
        Assert.Equal("grave-queue", _fixture.Rank([], Image, [hit]).Queue);
        Assert.Equal(PolicySet.UnreadableQueue, _fixture.Rank([], item => Image(item) with { Unreadable = [new(0, UnreadableReason.Pixels)] }).Queue);
        Assert.Equal(Snippet.None, _fixture.Rank([], Image, [hit]).Snippet);
    }

    [Fact]
    public void Rank_PolicyWithoutLabels_IsScoredByItsNeighbours()
    {
        static void Near(NeighbourBatch neighbours)
        {
            neighbours.Entries(0, 1, Side.Violation)[0] = 0;
            neighbours.Similarities(0, 1, Side.Violation)[0] = 0.9f;
        }

        var ranking = _fixture.Rank(["a quiet morning by the lake"], near: Near);

        Assert.Equal(1 / (1 + Math.Exp(-4)), Score(ranking, "novel"), 1e-6); // -5 + 10 × 0.9
        Assert.Equal("novel-queue", ranking.Queue);
        Assert.Equal(0, Score(_fixture.Rank(["a quiet morning by the lake"]), "novel"));
    }

    // Pitfall 53: nothing is shared that a call writes to.
    [Fact]
    public void Rank_FromSeveralThreads_GivesEachItsOwn()
    {
        string[] texts = ["snarfle", "grumbold", "a quiet morning by the lake", "snarfle and grumbold"];
        var ranker = _fixture.Ranker();
        var alone = texts.Select(text => RankerFixture.Rank(ranker, text)).ToList();

        Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var (expected, found) = (alone[i % texts.Length], RankerFixture.Rank(ranker, texts[i % texts.Length]));
            Assert.Equal(expected.Scores, found.Scores);
            Assert.Equal((expected.Queue, expected.Risk, expected.Snippet), (found.Queue, found.Risk, found.Snippet));
            Assert.Equal(expected.Evidence.Reasons, found.Evidence.Reasons);
        });
    }

    [Fact]
    public void Rank_QueuedItem_ShowsItsNearestEntriesOfBothSides()
    {
        static void Near(NeighbourBatch neighbours)
        {
            neighbours.Entries(0, 2, Side.Violation)[0] = 0;
            neighbours.Similarities(0, 2, Side.Violation)[0] = 0.8f;
            neighbours.Entries(0, 2, Side.Benign)[0] = 1;
            neighbours.Similarities(0, 2, Side.Benign)[0] = 0.3f;
        }

        var near = _fixture.Rank(["snarfle"], near: Near).Evidence.Neighbours;

        Assert.Equal(["known-1", "fine-1"], near.Select(neighbour => neighbour.EntryId));
        Assert.Equal((Side.Violation, "rude", 0), (near[0].Side, near[0].Policy, near[0].Part));
        Assert.Equal(0.8, near[0].Similarity, 1e-6);
    }

    [Fact]
    public void Rank_LongWindow_ShowsThePieceThatWeighs()
    {
        var text = string.Concat(Enumerable.Repeat("a quiet morning by the lake. ", 30)) + "snarfle snarfle snarfle snarfle snarfle snarfle";

        var snippet = _fixture.Rank([text], options: new() { AuditShare = 0 }).Snippet;

        Assert.InRange(snippet.Text.Length, 1, Snippet.MaxLength);
        Assert.Equal(text.Substring(snippet.Start, snippet.Text.Length), snippet.Text);
    }

    [Fact]
    public void Rank_AnyText_NeverSplitsASurrogatePair() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[250, 320]).Sample((ascii, emoji) =>
        {
            var snippet = _fixture.Rank([new string('a', ascii) + string.Concat(Enumerable.Repeat("🦆", emoji))]).Snippet.Text;
            return snippet.Length <= Snippet.MaxLength && !char.IsLowSurrogate(snippet[0]) && !char.IsHighSurrogate(snippet[^1]);
        }, iter: 40);

    [Fact]
    public void Rank_ClearedItems_AreDrawnForAuditInTheirShareAndStayDrawn()
    {
        var options = new RankOptions { AuditShare = 0.25 };
        var queues = Enumerable.Range(0, 400).Select(i => _fixture.Rank(["lake"], options: options, id: $"id-{i}")).ToArray();
        var edited = Enumerable.Range(0, 400).Select(i => _fixture.Rank(["another lake"], options: options, id: $"id-{i}")).ToArray();

        Assert.InRange(queues.Count(ranking => ranking.Queue == PolicySet.AuditQueue), 60, 140);
        Assert.Equal(queues.Select(ranking => ranking.Queue), edited.Select(ranking => ranking.Queue));
        var drawn = queues.First(ranking => ranking.Queue == PolicySet.AuditQueue);
        Assert.Equal((Selection.Audit, 0.25), (drawn.Selection, drawn.Propensity));
        Assert.Equal("rude-queue", _fixture.Rank(["snarfle"], options: new() { AuditShare = 1 }).Queue);
    }

    [Fact]
    public void HashRanker_WithoutAHit_WaitsInUnscored()
    {
        var ranker = new HashRanker(RankerFixture.Policies, new() { AuditShare = 1 });
        var hit = new HashHit(new("known-9", Side.Violation, ["rude"], 0, "people"), 0, "sha256");

        Assert.Equal(PolicySet.UnscoredQueue, ranker.Rank(new() { Id = "a" }, []).Queue);
        var ranking = ranker.Rank(new() { Id = "a" }, [hit]);
        Assert.Equal(("rude-queue", 0.99), (ranking.Queue, ranking.Risk));
        Assert.Single(ranking.Evidence.Reasons);
    }

    public void Dispose() => _fixture.Dispose();

    private static double Score(Ranking ranking, string policy) => ranking.Scores.Single(score => score.Policy == policy).Probability;
}
