using CsCheck;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;
using State = Vigil.Contracts.Wire.BankState.Types.State;

namespace Vigil.Recall.Tests;

public sealed class RecallerTests
{
    private const int Dimension = 16;
    private static readonly string[] Policies = ["hate", "scam", "threat"];

    public static TheoryData<string> Backends => ["faiss", "managed"];

    [Fact]
    public void Search_SmallPolicyBesideFiftyThousandNearerOnes_FindsAllOfTheSmallOne()
    {
        var random = new Random(1);
        var query = Vectors.Random(random, Dimension);
        using var log = new BankLog(Dimension, Backend("managed"));
        for (var i = 0; i < 50_000; i++)
        {
            log.PutLive(BankLog.Entry($"scam-{i}", Side.Violation, ["scam"], Vectors.Near(random, query, 0.9)));
        }

        for (var i = 0; i < 3; i++)
        {
            log.PutLive(BankLog.Entry($"hate-{i}", Side.Violation, ["hate"], Vectors.Near(random, query, 0.3 - (0.1 * i))));
        }

        using var queries = BankLog.Queries(query);
        using var found = Recaller.Search(queries, log.Next(), Policies, 10);
        Assert.Equal(["hate-0", "hate-1", "hate-2"], BankLog.Ids(found, 0, 0, Side.Violation));
        Assert.Equal(10, BankLog.Ids(found, 0, 1, Side.Violation).Count());
        Assert.Empty(BankLog.Ids(found, 0, 2, Side.Violation));
        Assert.Empty(BankLog.Ids(found, 0, 0, Side.Benign));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Search_AnyBankAndHistory_EqualsBruteForce(string backend)
    {
        var chosen = Backend(backend);
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 6], Gen.Int[1, 10], Gen.Int).Sample((steps, k, batch, seed) =>
        {
            var random = new Random(seed);
            using var log = new BankLog(Dimension, chosen);
            Dictionary<string, IndexedEntry> live = [];
            for (var step = 0; step < steps; step++)
            {
                Step(random, log, live);
                if (random.Next(4) == 0)
                {
                    log.Next();
                }
            }

            float[][] queries = Vectors.Random(random, batch, Dimension);
            Compare(log.Next(), live, queries, k);
        }, iter: 80);
    }

    [Fact]
    public void Search_EntryOfManyVectorsThatAllLieNear_IsListedOnce()
    {
        var random = new Random(2);
        var query = Vectors.Random(random, Dimension);
        using var log = new BankLog(Dimension);
        for (var i = 0; i < 3; i++)
        {
            float[][] windows = [.. Enumerable.Range(0, 16).Select(window => Vectors.Near(random, query, 0.99 - (0.2 * i) - (0.001 * window)))];
            log.PutLive(BankLog.Entry($"long-{i}", Side.Benign, ["hate"], windows));
        }

        Assert.Equal(["long-0", "long-1", "long-2"], BankLog.Find(log.Next(), query, "hate", Side.Benign, k: 5));
    }

    // Equal texts stand under several policies: whose search ends first must not decide which of them is named.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Search_SharedByThreads_GivesTheSameAnswer(string backend)
    {
        var random = new Random(3);
        float[][] vectors = Vectors.Random(random, 5, Dimension);
        using var log = new BankLog(Dimension, Backend(backend));
        for (var i = 0; i < 400; i++)
        {
            string[] policies = [.. Policies.Where((_, policy) => ((1 + (i % 7)) >> policy) % 2 == 1)];
            log.PutLive(BankLog.Entry($"entry-{i}", i % 2 == 0 ? Side.Violation : Side.Benign, policies, vectors[random.Next(vectors.Length)]));
        }

        using var queries = BankLog.Queries(vectors);
        using var threads = new ModelThreads("test", 4);
        var snapshot = log.Next();
        using var alone = Recaller.Search(queries, snapshot, Policies, 10);
        for (var run = 0; run < 50; run++)
        {
            using var shared = Recaller.Search(queries, snapshot, Policies, 10, threads: threads);
            Assert.Equal(All(alone), All(shared));
        }

        static IEnumerable<(float Similarity, int Entry)> All(NeighbourBatch found) =>
            from query in Enumerable.Range(0, found.Rows)
            from policy in Enumerable.Range(0, found.Policies.Count)
            from side in new[] { Contracts.Side.Violation, Contracts.Side.Benign }
            from place in Enumerable.Range(0, found.K)
            select (found.Similarities(query, policy, side)[place], found.Entries(query, policy, side)[place]);
    }

    // Pitfall 50: filters come after the search, which fetches more where they take.
    [Fact]
    public void Search_FilterThatLeavesNearOnesOut_FindsTheNextOnes()
    {
        var random = new Random(3);
        var query = Vectors.Random(random, Dimension);
        using var log = new BankLog(Dimension);
        for (var i = 0; i < 200; i++)
        {
            log.PutLive(BankLog.Entry($"e-{i:d3}", Side.Violation, ["hate"], Vectors.Near(random, query, 0.99 - (0.004 * i))));
        }

        using var queries = BankLog.Queries(query);
        using var found = Recaller.Search(queries, log.Next(), ["hate"], 3, (_, entry, _) => string.CompareOrdinal(entry.Id, "e-150") >= 0);
        Assert.Equal(["e-150", "e-151", "e-152"], BankLog.Ids(found, 0, 0, Side.Violation));
    }

    [Fact]
    public void Search_EmptyBank_FindsNothing()
    {
        using var log = new BankLog(Dimension);
        Assert.Empty(BankLog.Find(log.Next(), Vectors.Random(new Random(4), Dimension), "hate", Side.Violation));
    }

    [Fact]
    public void Search_NoQueries_GivesAnEmptyAnswer()
    {
        using var log = new BankLog(Dimension);
        log.PutLive(BankLog.Entry("e", Side.Violation, ["hate"], Vectors.Random(new Random(5), Dimension)));
        using var queries = Contracts.EmbeddingBatch.Rent(0, Dimension);
        using var found = Recaller.Search(queries, log.Next(), ["hate"], 3);
        Assert.Equal(0, found.Rows);
    }

    [Fact]
    public void Search_QueriesOfAnotherDimension_AreRefused()
    {
        using var log = new BankLog(Dimension);
        log.PutLive(BankLog.Entry("e", Side.Violation, ["hate"], Vectors.Random(new Random(6), Dimension)));
        var bank = log.Next();
        Assert.Throws<ArgumentException>(() => BankLog.Find(bank, Vectors.Random(new Random(6), 2 * Dimension), "hate", Side.Violation));
    }

    private static IndexBackend Backend(string name)
    {
        if (name == IndexBackend.Managed.Name)
        {
            return IndexBackend.Managed;
        }

        NativeLibrary.Require();
        return IndexBackend.Faiss;
    }

    private static void Step(Random random, BankLog log, Dictionary<string, IndexedEntry> live)
    {
        var id = $"entry-{random.Next(25)}";
        switch (random.Next(6))
        {
            case 0:
                log.PutState(id, State.Disabled);
                live.Remove(id);
                break;
            case 1:
                log.Put(id, null);
                log.Put(BankKeys.StateOf(id), null);
                live.Remove(id);
                break;
            default:
                string[] policies = [.. Policies.Where(_ => random.Next(2) == 0)];
                var entry = BankLog.Entry(
                    id,
                    random.Next(2) == 0 ? Side.Violation : Side.Benign,
                    policies.Length == 0 ? ["other"] : policies,
                    Vectors.Random(random, random.Next(1, 4), Dimension));
                log.PutLive(entry);
                live[id] = entry;
                break;
        }
    }

    private static void Compare(BankSnapshot bank, Dictionary<string, IndexedEntry> live, float[][] queries, int k)
    {
        using var batch = BankLog.Queries(queries);
        using var found = Recaller.Search(batch, bank, Policies, k);
        Assert.Equal(live.Count, bank.Summary.Live);
        for (var query = 0; query < queries.Length; query++)
        {
            for (var policy = 0; policy < Policies.Length; policy++)
            {
                foreach (var side in new[] { Side.Violation, Side.Benign })
                {
                    var expected = live.Values
                        .Where(entry => entry.Side == (Contracts.Wire.Side)side && entry.Policies.Contains(Policies[policy]))
                        .Select(entry => (entry.Id, Similarity: entry.Vectors.Max(vector => Vectors.Dot([.. vector.Values], queries[query]))))
                        .OrderByDescending(near => near.Similarity)
                        .Take(k)
                        .ToArray();
                    Assert.Equal(expected.Select(near => near.Id), BankLog.Ids(found, query, policy, side));
                    var similarities = found.Similarities(query, policy, side);
                    for (var place = 0; place < expected.Length; place++)
                    {
                        Assert.Equal(expected[place].Similarity, similarities[place], 1e-5);
                    }
                }
            }
        }
    }
}
