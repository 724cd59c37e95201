using System.Numerics.Tensors;
using Vigil.Pipeline.BankIndex;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

public sealed class BenchBankTests
{
    private static readonly QuantisedVector Vector = QuantisedVector.Of(Direction(0));

    private static BenchBank Bank => new(StarterBank.Create("embedder", 64, [Entry("a", Contracts.Side.Violation, "hate"), Entry("b", Contracts.Side.Benign, "violence", "hate")], []));

    [Fact]
    public void Entries_MoreThanTheStarter_AreLookAlikesOfTheSameCells()
    {
        var entries = Bank.Entries(5).ToList();

        Assert.Equal(["a", "b", "bench-entry-2", "bench-entry-3", "bench-entry-4"], entries.Select(entry => entry.Id));
        Assert.Equal(entries[1].Policies, entries[3].Policies);
        Assert.Equal(entries[1].Side, entries[3].Side);
        Assert.NotEqual(entries[0].Vectors[0].Quantised, entries[2].Vectors[0].Quantised);
        Assert.NotEqual(entries[2].Vectors[0].Quantised, entries[4].Vectors[0].Quantised);
    }

    [Fact]
    public void Entries_Twice_AreTheSame() => Assert.Equal(Bank.Entries(5), Bank.Entries(5));

    [Fact]
    public void Records_OfABank_MakeALiveBankThatABankRoleLeavesAlone()
    {
        using var follower = new BankFollower("embedder", 64, IndexBackend.Managed, TimeProvider.System);
        var ledger = new BankLedger();
        var offset = 0L;
        foreach (var record in Bank.Records(5))
        {
            follower.Apply(System.Text.Encoding.UTF8.GetBytes(record.Key), record.Value, offset++, TimeProvider.System.GetUtcNow());
            ledger.Apply(record);
        }

        using var snapshot = follower.Next();

        Assert.Equal(5, snapshot.Summary.Live);
        Assert.Empty(snapshot.Summary.Refused);
        Assert.Single(Bank.Records(5), record => BankKeys.Read(record.Key, out var hash) == BankKeyKind.SeededStarter && follower.HasStarter(hash) && ledger.HasStarter(hash));
        Assert.All(ledger.Entries.Values, entry => Assert.True(entry.IsStarter));
    }

    [Fact]
    public void Queries_OfABank_AreUnitVectorsNearToIt()
    {
        using var queries = Bank.Queries(8);
        var stored = new float[64];
        BenchBank.Write(Vector.Bytes.Span, stored);

        for (var row = 0; row < queries.Count; row++)
        {
            Assert.Equal(1, TensorPrimitives.Norm<float>(queries.Row(row)), 1e-5);
            Assert.InRange(TensorPrimitives.Dot<float>(queries.Row(row), stored), 0.9, 0.9999);
        }
    }

    [Fact]
    public void Multiply_OfTheSearchsOwnBlas_IsTheMatrixProduct()
    {
        Assert.SkipUnless(Blas.Failure is null, Blas.Failure ?? "");
        const int Dimension = 3;
        float[] queries = [1, 2, 3, 4, 5, 6];
        float[] vectors = [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1];
        var products = new float[8];

        Blas.Multiply(queries, vectors, products, Dimension);

        Assert.Equal([1, 2, 3, 6, 4, 5, 6, 15], products);
    }

    private static StarterEntry Entry(string id, Contracts.Side side, params string[] policies) =>
        new(id, side, policies, 0, new string('0', 64), new string('0', 32), "invented", $"row-{id}", [Vector]);

    private static float[] Direction(int seed)
    {
        var random = new Random(seed);
        var vector = Enumerable.Range(0, 64).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }
}
