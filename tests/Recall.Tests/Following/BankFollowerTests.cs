using Google.Protobuf;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;
using State = Vigil.Contracts.Wire.BankState.Types.State;

namespace Vigil.Recall.Tests;

public sealed class BankFollowerTests
{
    private const int Dimension = 16;

    private static readonly float[] Vector = Vectors.Random(new Random(1), Dimension);

    private static IndexedEntry Entry(string id, Side side = Side.Violation) => BankLog.Entry(id, side, ["hate"], Vector);

    [Fact]
    public void Next_EntryWithoutState_IsInert()
    {
        using var log = new BankLog();
        log.Put("a", Entry("a").ToByteArray());
        var bank = log.Next();
        Assert.Empty(BankLog.Find(bank, Vector, "hate", Side.Violation));
        Assert.Equal(1, bank.Summary.Sizes[(Side.Violation, "inert")]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Next_StateAndEntryInAnyOrder_Matches(bool stateFirst)
    {
        // Compaction leaves the last record of each key, so a state can also come long after its entry.
        using var log = new BankLog();
        if (stateFirst)
        {
            log.PutState("a", State.Live);
        }

        log.Put("a", Entry("a").ToByteArray());
        if (!stateFirst)
        {
            log.PutState("a", State.Live);
        }

        Assert.Equal(["a"], BankLog.Find(log.Next(), Vector, "hate", Side.Violation));
    }

    [Theory]
    [InlineData(State.Shadow)]
    [InlineData(State.Canary)]
    [InlineData(State.Disabled)]
    [InlineData(State.Unspecified)]
    public void Next_StateThatIsNotLive_MatchesNowhere(State state)
    {
        using var log = new BankLog();
        log.PutLive(WithHash(Entry("a")));
        var before = log.Next();
        log.PutState("a", state);
        var after = log.Next();
        Assert.Equal(["a"], BankLog.Find(before, Vector, "hate", Side.Violation));
        Assert.Single(before.FindHashes([Part]));
        Assert.Empty(BankLog.Find(after, Vector, "hate", Side.Violation));
        Assert.Empty(after.FindHashes([Part]));
        log.PutState("a", State.Live);
        Assert.Equal(["a"], BankLog.Find(log.Next(), Vector, "hate", Side.Violation));
    }

    [Fact]
    public void Next_EntryPutAgain_OnlyTheLastMatches()
    {
        using var log = new BankLog();
        var other = Vectors.Near(new Random(2), Vector, 0);
        log.PutLive(Entry("a"));
        log.Next();
        log.PutLive(BankLog.Entry("a", Side.Benign, ["scam"], other));
        var bank = log.Next();
        Assert.Empty(BankLog.Find(bank, Vector, "hate", Side.Violation));
        Assert.Equal(["a"], BankLog.Find(bank, other, "scam", Side.Benign));
        Assert.Equal(1, bank.Summary.Live);
    }

    [Fact]
    public void Next_NullUnderBothKeys_ForgetsTheEntry()
    {
        using var log = new BankLog();
        log.PutLive(Entry("a"));
        log.Next();
        log.Put("a", null);
        Assert.Empty(BankLog.Find(log.Next(), Vector, "hate", Side.Violation));
        log.Put(BankKeys.StateOf("a"), null);
        log.Put("a", Entry("a").ToByteArray());
        Assert.Empty(BankLog.Find(log.Next(), Vector, "hate", Side.Violation));
    }

    [Fact]
    public void Next_OneBrokenRecordOfEachKind_RefusesItAndLoadsTheRest()
    {
        using var log = new BankLog();
        log.PutLive(Entry("good"));
        log.Put((byte[]?)null, [1]);
        log.Put("garbage", [0xff, 0xff, 0xff]);
        log.PutLive(Changed("other-key", entry => entry.Id = "elsewhere"), "other-key");
        log.PutLive(Changed("no-side", entry => entry.Side = Contracts.Wire.Side.Unspecified));
        log.PutLive(Changed("no-policy", entry => entry.Policies.Clear()));
        log.PutLive(Changed("blank-policy", entry => entry.Policies.Add(" ")));
        log.PutLive(Changed("dimension", entry => entry.Vectors[0].Values.Add(0)));
        log.PutLive(Changed("length", entry => entry.Vectors[0].Values[0] += 1));
        log.PutLive(Changed("nan", entry => entry.Vectors[0].Values[0] = float.NaN));
        log.PutLive(Changed("zero", entry => entry.Vectors[0] = new EntryVector { Quantised = ByteString.CopyFrom(new byte[Dimension]), Scale = 1 }));
        log.PutLive(Changed("too-many", entry => entry.Vectors.Add(Enumerable.Repeat(entry.Vectors[0], 16))));
        log.PutLive(Changed("hash", entry => entry.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Md5, Value = ByteString.CopyFrom(1, 2) })));
        log.PutLive(Changed("nothing", entry => entry.Vectors.Clear()));
        log.PutLive(Changed("foreign", entry => entry.Embedder = "encoder-b"));
        log.Put(BankKeys.StateOf("good-2"), [0xff, 0xff]);
        log.PutLive(Entry("good-3"));
        var bank = log.Next();
        Assert.Equal(["good", "good-3"], BankLog.Find(bank, Vector, "hate", Side.Violation).Order());
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["no_key"] = 1,
                ["undecodable"] = 1,
                ["key_mismatch"] = 1,
                ["side"] = 1,
                ["policies"] = 2,
                ["vector"] = 5,
                ["hash"] = 1,
                ["nothing_to_match"] = 1,
                ["embedder"] = 1,
                ["state"] = 1,
            },
            bank.Summary.Refused);
    }

    [Fact]
    public void Next_EntryOfAnotherEmbedder_StillMatchesByItsHash()
    {
        using var log = new BankLog();
        var entry = WithHash(Entry("a"));
        entry.Embedder = "encoder-b";
        log.PutLive(entry);
        var bank = log.Next();
        Assert.Empty(BankLog.Find(bank, Vector, "hate", Side.Violation));
        Assert.Equal("a", Assert.Single(bank.FindHashes([Part])).Entry.Id);
    }

    [Fact]
    public void Next_QuantisedVector_IsFoundNearTheOriginal()
    {
        using var log = new BankLog();
        var entry = Entry("a");
        var quantised = QuantisedVector.Of(Vector);
        entry.Vectors[0] = new EntryVector { Quantised = ByteString.CopyFrom(quantised.Bytes.Span), Scale = quantised.Scale };
        log.PutLive(entry);
        using var queries = BankLog.Queries(Vector);
        using var found = Recaller.Search(queries, log.Next(), ["hate"], 1);
        Assert.InRange(found.Similarities(0, 0, Side.Violation)[0], 0.999f, 1.0001f);
    }

    [Fact]
    public void Next_EntryWhoseTimeIsOver_LeavesBySearchAndByCount()
    {
        using var log = new BankLog();
        log.PutState("a", State.Live, log.Time.GetUtcNow().AddMinutes(10));
        log.Put("a", WithHash(Entry("a")).ToByteArray());
        var early = log.Next();
        Assert.Equal(["a"], BankLog.Find(early, Vector, "hate", Side.Violation));
        log.Time.Advance(TimeSpan.FromMinutes(11));
        // The snapshot made before honours the clock too.
        Assert.Empty(BankLog.Find(early, Vector, "hate", Side.Violation));
        Assert.Empty(early.FindHashes([Part]));
        Assert.False(log.Follower.HasChanges);
        log.Follower.Expire();
        Assert.True(log.Follower.HasChanges);
        var late = log.Next();
        Assert.Equal(0, late.Summary.Live);
        Assert.Equal(1, late.Summary.Sizes[(Side.Violation, "expired")]);
        log.PutState("a", State.Live, log.Time.GetUtcNow().AddMinutes(10));
        Assert.Equal(["a"], BankLog.Find(log.Next(), Vector, "hate", Side.Violation));
    }

    [Fact]
    public void Next_ExpiryProlonged_MatchesUntilTheNewOne()
    {
        using var log = new BankLog();
        log.PutState("a", State.Live, log.Time.GetUtcNow().AddMinutes(1));
        log.Put("a", WithHash(Entry("a")).ToByteArray());
        log.Next();
        log.PutState("a", State.Live, log.Time.GetUtcNow().AddHours(1));
        log.Time.Advance(TimeSpan.FromMinutes(30));
        log.Follower.Expire();
        var bank = log.Next();
        Assert.Equal(["a"], BankLog.Find(bank, Vector, "hate", Side.Violation));
        Assert.Single(bank.FindHashes([Part]));
    }

    [Fact]
    public void Version_SameEntriesByAnotherWay_IsTheSame()
    {
        using var straight = new BankLog();
        straight.PutLive(Entry("a"));
        straight.PutLive(Entry("b", Side.Benign));
        using var detour = new BankLog();
        detour.PutLive(Entry("b", Side.Benign));
        detour.PutLive(Entry("c"));
        var different = detour.Next().Version;
        detour.PutLive(Entry("a"));
        detour.PutState("c", State.Disabled);
        Assert.Equal(straight.Next().Version, detour.Next().Version);
        Assert.NotEqual(straight.Next().Version, different);
    }

    [Fact]
    public void Next_EarlierSnapshotInUse_StaysAsItWas()
    {
        using var log = new BankLog();
        log.PutLive(Entry("a"));
        var before = log.Next();
        var version = before.Version;
        for (var i = 0; i < 600; i++)
        {
            log.PutLive(Entry($"later-{i}"));
            log.Next();
        }

        Assert.Equal(version, before.Version);
        Assert.Equal(["a"], BankLog.Find(before, Vector, "hate", Side.Violation));
    }

    [Fact]
    public void FindHashes_BothAlgorithms_GivesEachEntryOnceAndSha256First()
    {
        using var log = new BankLog();
        log.PutLive(WithHash(Entry("a")));
        log.PutLive(WithHash(Entry("b", Side.Benign)));
        var only = WithHash(Entry("c"));
        only.Hashes.RemoveAt(0);
        only.Vectors.Clear();
        log.PutLive(only);
        var hits = log.Next().FindHashes([new Contracts.PartDigest(0, "text", new byte[32], new byte[16], 1), Part]);
        Assert.Equal([("a", "sha256", 7), ("b", "sha256", 7), ("c", "md5", 7)], hits.Select(hit => (hit.Entry.Id, hit.Algorithm, hit.Part)));
    }

    [Fact]
    public void Position_AfterRecordsAndMarkers_IsTheNextOffset()
    {
        using var log = new BankLog();
        Assert.Equal(0, log.Follower.Position);
        log.PutLive(Entry("a"));
        Assert.Equal(3, log.Follower.Position);
        log.Follower.Advance(9);
        Assert.Equal(9, log.Follower.Position);
        log.Follower.Advance(4);
        Assert.Equal(9, log.Follower.Position);
    }

    private static Contracts.PartDigest Part { get; } = new(
        7, "text", System.Security.Cryptography.SHA256.HashData("mild"u8), [.. Enumerable.Repeat((byte)7, 16)], 4);

    private static IndexedEntry WithHash(IndexedEntry entry)
    {
        entry.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Sha256, Value = ByteString.CopyFrom(Part.Sha256) });
        entry.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Md5, Value = ByteString.CopyFrom(Part.Md5) });
        return entry;
    }

    private static IndexedEntry Changed(string id, Action<IndexedEntry> change)
    {
        var entry = Entry(id);
        change(entry);
        return entry;
    }
}
