using System.Text;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Embed;
using Vigil.Recall;
using Side = Vigil.Contracts.Side;
using State = Vigil.Contracts.Wire.BankState.Types.State;

namespace Vigil.Pipeline.Tests.BankIndex;

/// <summary>The bank role and a following worker against the development broker.</summary>
public sealed class BankRoleTests(BankBroker broker) : IClassFixture<BankBroker>, IDisposable
{
    private const string Turnips = "the moles took my turnips again";

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-bank-").FullName;

    private IEncoder Encoder => broker.Encoder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Entry_AddedDisabledEnabledRemoved_TakesEffectWithoutRestart()
    {
        using var topics = await broker.TopicsAsync();
        await using var node = await BankNode.StartAsync(topics, Encoder);
        await topics.AddAsync("moles", Turnips);
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "moles");
        await topics.SetStateAsync("moles", State.Disabled);
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam");
        await topics.SetStateAsync("moles", State.Live);
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "moles");
        await topics.AddAsync("moles", Turnips, Contracts.Wire.Side.Benign);
        await node.FindsAsync(Encoder, Turnips, Side.Benign, "scam", "moles");
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam");
        await topics.RemoveAsync("moles");
        await node.FindsAsync(Encoder, Turnips, Side.Benign, "scam");
        Assert.Empty(topics.Listed());
    }

    [Fact]
    public async Task Entry_OfJsonFromAStranger_IsTakenAsProtobufIs()
    {
        using var topics = await broker.TopicsAsync();
        await using var node = await BankNode.StartAsync(topics, Encoder);
        await topics.PutAsync("json#state", """{"state":"STATE_LIVE"}"""u8.ToArray());
        await topics.PutAsync("json", Encoding.UTF8.GetBytes($$"""{"id":"json","side":"SIDE_VIOLATION","policies":["scam"],"part":{"text":"{{Turnips}}"},"unknown":1}"""));
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "json");
    }

    [Fact]
    public async Task Entry_AddedAndRemovedInOneBatch_IsNeverIndexed()
    {
        using var topics = await broker.TopicsAsync();
        await topics.AddAsync("moles", Turnips);
        await topics.RemoveAsync("moles");
        await topics.AddAsync("market", "fresh turnips at the market");
        await using var node = await BankNode.StartAsync(topics, Encoder);
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "market");
        Assert.Equal(["market"], topics.Listed().Keys);
        Assert.DoesNotContain("moles", topics.IndexRecords().Select(record => record.Key));
    }

    [Fact]
    public async Task BadRecords_OfEveryKind_ChangeNothingAndStopNothing()
    {
        using var topics = await broker.TopicsAsync();
        await topics.AddAsync("good", Turnips);
        await using var node = await BankNode.StartAsync(topics, Encoder);
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "good");
        await topics.PutAsync("", Entry("").ToByteArray());
        await topics.PutAsync("starter#mine", Entry("starter#mine").ToByteArray());
        await topics.PutAsync(new string('x', 257), Entry(new string('x', 257)).ToByteArray());
        await topics.PutAsync("good", [0xff, 0xff]);
        await topics.PutAsync("good", []);
        await topics.PutAsync("good", [0, 0, 0, 0, 1]);
        await topics.PutAsync("good", Entry("other").ToByteArray());
        await topics.PutAsync("good", Changed(entry => entry.Side = Contracts.Wire.Side.Unspecified));
        await topics.PutAsync("good", Changed(entry => entry.Policies.Clear()));
        await topics.PutAsync("good", Changed(entry => entry.Severity = 11));
        await topics.PutAsync("good", Changed(entry => entry.Part = null));
        await topics.PutAsync("good", Changed(entry => entry.Part.Text = " \n"));
        await topics.PutAsync("good", Changed(entry => entry.Part.Text = new string('a', 100_001)));
        await topics.PutAsync("good", Changed(entry => entry.Part = new Part { Image = new Image { Bytes = ByteString.CopyFromUtf8("no image") } }));
        await topics.PutAsync("good#state", [0xff, 0xff]);
        await topics.PutAsync("good#state", new BankState().ToByteArray());
        await topics.AddAsync("last", "fresh turnips at the market", Contracts.Wire.Side.Benign);
        await node.FindsAsync(Encoder, Turnips, Side.Benign, "scam", "last");
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "good");
        Assert.Equal(["good", "last"], topics.Listed().Keys.Order());
    }

    [Fact]
    public async Task Role_BegunAgainOnTheSameBank_WritesNothing()
    {
        using var topics = await broker.TopicsAsync();
        await topics.AddAsync("moles", Turnips);
        await topics.AddAsync("market", "fresh turnips at the market", Contracts.Wire.Side.Benign);
        await using (var first = await BankNode.StartAsync(topics, Encoder))
        {
            await first.FindsAsync(Encoder, Turnips, Side.Benign, "scam", "market");
        }

        var before = topics.IndexRecords();
        await using var second = await BankNode.StartAsync(topics, Encoder);
        await topics.AddAsync("after", "a third line about beets");
        await second.FindsAsync(Encoder, "a third line about beets", Side.Violation, "scam", "after", "moles");
        Assert.Equal(before.Count + 2, topics.IndexRecords().Count);
    }

    [Fact]
    public async Task Role_BegunAgainOverAHistory_BringsNothingOldBack()
    {
        using var topics = await broker.TopicsAsync();
        await using (var first = await BankNode.StartAsync(topics, Encoder))
        {
            string[] ids = ["replaced", "disabled", "removed"];
            foreach (var id in ids)
            {
                // A policy for each, so that each is found by itself.
                await topics.AddAsync(id, Turnips, policy: id);
                await first.FindsAsync(Encoder, Turnips, Side.Violation, id, id);
            }

            await topics.AddAsync("replaced", "fresh turnips at the market", Contracts.Wire.Side.Benign, policy: "replaced");
            await topics.SetStateAsync("disabled", State.Disabled);
            await topics.RemoveAsync("removed");
            await first.FindsAsync(Encoder, Turnips, Side.Benign, "replaced", "replaced");
            foreach (var id in ids)
            {
                await first.FindsAsync(Encoder, Turnips, Side.Violation, id);
            }
        }

        var before = topics.IndexRecords();
        await using var second = await BankNode.StartAsync(topics, Encoder);
        await topics.AddAsync("after", "a third line about beets");
        await second.FindsAsync(Encoder, "a third line about beets", Side.Violation, "scam", "after");
        Assert.Equal(["after#state", "after"], topics.IndexRecords().Skip(before.Count).Select(record => record.Key));
    }

    [Fact]
    public async Task Role_OfAnotherEncoder_EmbedsEverythingAnew()
    {
        using var topics = await broker.TopicsAsync();
        await topics.AddAsync("moles", Turnips);
        await using (var first = await BankNode.StartAsync(topics, Encoder))
        {
            await first.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "moles");
        }

        using var other = new RenamedEncoder(Encoder, "another-encoder");
        await using (var follower = await BankNode.StartAsync(topics, other, indexes: false))
        {
            await follower.FindsAsync(other, Turnips, Side.Violation, "scam");
            Assert.Equal(1, follower.Bank.Summary!.Refused["embedder"]);
        }

        await using var second = await BankNode.StartAsync(topics, other);
        await second.FindsAsync(other, Turnips, Side.Violation, "scam", "moles");
        Assert.Equal("another-encoder", topics.Listed()["moles"].Entry.Embedder);
    }

    [Fact]
    public async Task Role_IndexHoldsWhatTheBankNoLongerDoes_RemovesIt()
    {
        // As after a removal whose nulls were compacted away while the role was down.
        using var topics = await broker.TopicsAsync();
        await topics.PutAsync("gone#state", new BankState { State = State.Live }.ToByteArray(), index: true);
        await topics.PutAsync("gone", new IndexedEntry { Id = "gone", Embedder = Encoder.Hash }.ToByteArray(), index: true);
        await using var node = await BankNode.StartAsync(topics, Encoder);
        await Eventually.Async(() => topics.Listed().Count == 0);
        Assert.Equal([("gone", null), ("gone#state", null)], topics.IndexRecords().TakeLast(2));
    }

    [Fact]
    public async Task Role_SecondMember_TakesOverWhenTheFirstLeaves()
    {
        using var topics = await broker.TopicsAsync();
        var first = await BankNode.StartAsync(topics, Encoder, follows: false);
        await topics.AddAsync("moles", Turnips);
        await Eventually.Async(() => topics.Listed().ContainsKey("moles"));
        await using var second = await BankNode.StartAsync(topics, Encoder);
        await first.DisposeAsync();
        await topics.AddAsync("beets", "a third line about beets");
        await second.FindsAsync(Encoder, "a third line about beets", Side.Violation, "scam", "beets", "moles");
    }

    [Fact]
    public async Task LongExemplar_ViolationInItsLastWords_IsFoundByThem()
    {
        using var topics = await broker.TopicsAsync();
        var filler = string.Join(' ', Enumerable.Repeat("a calm walk along the river in the evening sun", 1_000));
        await topics.AddAsync("long", $"{filler}. {Turnips}.");
        await using var node = await BankNode.StartAsync(topics, Encoder);
        await node.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "long");
        Assert.Equal(16, topics.Listed()["long"].Entry.Vectors.Count);
    }

    [Fact]
    public async Task Starter_SeededOnce_KeepsWhatPeopleDisabled()
    {
        using var topics = await broker.TopicsAsync();
        Starter("one", "s-moles", "s-beets").Save(_folder);
        await using (var first = await BankNode.StartAsync(topics, Encoder, _folder))
        {
            await first.FindsAsync(Encoder, "s-moles", Side.Violation, "scam", "s-moles", "s-beets");
            await topics.SetStateAsync("s-beets", State.Disabled);
            await topics.RemoveAsync("s-moles");
            await first.FindsAsync(Encoder, "s-moles", Side.Violation, "scam");
        }

        Assert.Equal(["disabled", "disabled"], topics.Listed().Values.Select(listed => listed.StateName(DateTimeOffset.UnixEpoch)));
        Starter("two", "s-moles", "s-beets", "s-corn").Save(_folder);
        await using var second = await BankNode.StartAsync(topics, Encoder, _folder);
        await second.FindsAsync(Encoder, "s-corn", Side.Violation, "scam", "s-corn");
        Assert.Equal(
            [("s-beets", "disabled"), ("s-corn", "live"), ("s-moles", "disabled")],
            topics.Listed().Select(listed => (listed.Key, listed.Value.StateName(DateTimeOffset.UnixEpoch))).Order());
    }

    [Fact]
    public async Task Starter_OfTheSameHash_IsSeededOnce()
    {
        using var topics = await broker.TopicsAsync();
        Starter("one", "s-moles").Save(_folder);
        await using (var first = await BankNode.StartAsync(topics, Encoder, _folder))
        {
            await first.FindsAsync(Encoder, "s-moles", Side.Violation, "scam", "s-moles");
        }

        var before = topics.IndexRecords();
        Assert.Equal(3, before.Count);
        await using var second = await BankNode.StartAsync(topics, Encoder, _folder);
        await topics.AddAsync("moles", Turnips);
        await second.FindsAsync(Encoder, Turnips, Side.Violation, "scam", "moles", "s-moles");
        Assert.Equal(before.Count + 2, topics.IndexRecords().Count);
    }

    [Fact]
    public async Task Follower_BegunBesideTheRole_IsReadyWithTheStarterAlone()
    {
        using var topics = await broker.TopicsAsync();
        Starter("one", "s-moles", "s-beets").Save(_folder);
        await using var node = await BankNode.StartAsync(topics, Encoder, _folder);
        await node.Bank.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, node.Bank.Summary!.Live);
    }

    [Fact]
    public async Task Follower_WithoutAnyRole_GoesOnWithoutTheStarter()
    {
        using var topics = await broker.TopicsAsync();
        Starter("one", "s-moles").Save(_folder);
        await using var node = await BankNode.StartAsync(topics, Encoder, _folder, indexes: false, starterWait: 0);
        await node.Bank.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.Bank.Summary!.Live);
    }

    [Fact]
    public async Task Starter_OfAnotherEncoder_IsNotSeeded()
    {
        using var topics = await broker.TopicsAsync();
        using var other = new RenamedEncoder(Encoder, "another-encoder");
        Starter("one", "s-moles").Save(_folder);
        await using var node = await BankNode.StartAsync(topics, other, _folder);
        await topics.AddAsync("moles", Turnips);
        await node.FindsAsync(other, Turnips, Side.Violation, "scam", "moles");
        Assert.Equal(["moles"], topics.Listed().Keys);
    }

    private StarterBank Starter(string credit, params string[] ids)
    {
        using var vectors = Encoder.Encode(ids, TestContext.Current.CancellationToken);
        StarterEntry[] entries = [.. ids.Select((id, i) => new StarterEntry(
            id, Side.Violation, ["scam"], 0, new string('a', 64), new string('b', 32), "invented", $"row-{id}", [QuantisedVector.Of(vectors.Row(i))]))];
        return StarterBank.Create(Encoder.Hash, Encoder.Dimension, entries, [new StarterAttribution("invented", "CC0-1.0", "", credit, ids.Length)]);
    }

    private static BankEntry Entry(string id)
    {
        var entry = new BankEntry { Id = id, Side = Contracts.Wire.Side.Violation, Part = new Part { Text = "beans" } };
        entry.Policies.Add("scam");
        return entry;
    }

    private static byte[] Changed(Action<BankEntry> change)
    {
        var entry = Entry("good");
        change(entry);
        return entry.ToByteArray();
    }
}
