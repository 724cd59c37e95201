using CsCheck;

namespace Vigil.Recall.Tests;

/// <summary>What every index must do, held against brute force in double.</summary>
public abstract class VectorIndexTests
{
    private const int Dimension = 48;
    private const int K = 5;

    protected abstract IVectorIndex Create(int dimension, int count, RowWriter write);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(K - 1, 1)]
    [InlineData(K, 1)]
    [InlineData(0, 32)]
    [InlineData(1, 32)]
    [InlineData(K, 32)]
    [InlineData(3000, 1)]
    [InlineData(3000, 7)]
    [InlineData(3000, 8)]
    [InlineData(3000, 64)]
    public void Search_AnyCountAndBatch_EqualsBruteForce(int count, int batch)
    {
        var random = new Random(count + batch);
        CheckAgainstBruteForce(Vectors.Random(random, count, Dimension), Vectors.Random(random, batch, Dimension), K);
    }

    [Fact]
    public void Search_AnyShape_EqualsBruteForce()
    {
        // A skip for want of the library has to come before the samples, which would report it as a failure.
        Create(1, 0, (_, _) => { }).Dispose();
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 24], Gen.Int[1, 12], Gen.Int[1, 70], Gen.Int).Sample((count, batch, k, dimension, seed) =>
        {
            var random = new Random(seed);
            CheckAgainstBruteForce(Vectors.Random(random, count, dimension), Vectors.Random(random, batch, dimension), k);
        }, iter: 200);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void Search_DuplicatesOnly_GivesEachRowOnce(int batch)
    {
        var vector = Vectors.Random(new Random(1), Dimension);
        using var index = Create(Dimension, 2 * K, (_, target) => vector.CopyTo(target));
        var (similarities, rows) = Search(index, [.. Enumerable.Repeat(vector, batch)], K);
        for (var query = 0; query < batch; query++)
        {
            Assert.Equal(K, rows.AsSpan(query * K, K).ToArray().Distinct().Count(row => row is >= 0 and < 2 * K));
        }

        Assert.All(similarities, similarity => Assert.Equal(1, similarity, 1e-5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void Search_AllZeroQuery_FindsRowsWithSimilarityZero(int batch)
    {
        using var index = Create(Dimension, K, Vectors.Rows(Vectors.Random(new Random(2), K, Dimension)));
        var (similarities, rows) = Search(index, [.. Enumerable.Repeat(new float[Dimension], batch)], K);
        Assert.All(similarities, similarity => Assert.Equal(0, similarity));
        Assert.All(rows, row => Assert.InRange(row, 0, K - 1));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(3f)]
    public void Search_QueryThatIsNoUnitVector_IsRefused(float value)
    {
        var vectors = Vectors.Random(new Random(3), 2, Dimension);
        using var index = Create(Dimension, 1, Vectors.Rows(vectors));
        vectors[1][7] = value;
        Assert.Throws<ArgumentException>(() => Search(index, vectors, 1));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    [InlineData(0.5f)]
    public void Create_RowThatIsNoUnitVector_IsRefused(float value) =>
        Assert.Throws<ArgumentException>(() => Create(Dimension, 1, (_, target) =>
        {
            target.Clear();
            target[0] = value;
        }));

    [Fact]
    public void Search_LengthsThatDoNotFit_AreRefused()
    {
        using var index = Create(Dimension, 1, Vectors.Rows(Vectors.Random(new Random(4), 1, Dimension)));
        Assert.Throws<ArgumentException>(() => index.Search(new float[Dimension + 1], 1, new float[1], new long[1]));
        Assert.Throws<ArgumentException>(() => index.Search(new float[Dimension], 2, new float[1], new long[2]));
        Assert.Throws<ArgumentException>(() => index.Search(new float[Dimension], 2, new float[2], new long[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(new float[Dimension], 0, [], []));
    }

    [Fact]
    public void Search_NoQuery_DoesNothing()
    {
        using var index = Create(Dimension, 1, Vectors.Rows(Vectors.Random(new Random(5), 1, Dimension)));
        index.Search([], K, [], []);
    }

    [Fact]
    public void Search_SameQueriesAgain_GivesTheSame()
    {
        var random = new Random(6);
        var queries = Vectors.Random(random, 16, Dimension);
        using var index = Create(Dimension, 500, Vectors.Rows(Vectors.Random(random, 500, Dimension)));
        var first = Search(index, queries, K);
        first.Rows.AsSpan().Fill(-7);
        var again = Search(index, queries, K);
        var third = Search(index, queries, K);
        Assert.Equal(again.Rows, third.Rows);
        Assert.Equal(again.Similarities, third.Similarities);
    }

    // Pitfall 51: no call waits for another, nor for threads of a library.
    [Fact]
    public void Search_FromSeveralThreads_NoneWaits()
    {
        var random = new Random(9);
        var queries = Vectors.Flatten(Vectors.Random(random, 16, Dimension));
        using var index = Create(Dimension, 2000, Vectors.Rows(Vectors.Random(random, 2000, Dimension)));

        Assert.InRange(Waits.PerCall(() => SearchOnce(index, queries)), 0, 0.05);
    }

    [Fact]
    public async Task Search_FromSeveralThreads_GivesEachItsOwn()
    {
        var vectors = Vectors.Random(new Random(7), 2000, Dimension);
        using var index = Create(Dimension, vectors.Length, Vectors.Rows(vectors));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var first = 0; first < 480; first += 16)
            {
                var from = (worker * 480) + first;
                var (_, rows) = Search(index, vectors[from..(from + 16)], 1);
                Assert.Equal(Enumerable.Range(from, 16).Select(row => (long)row), rows);
            }
        }, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Search_AfterDispose_IsRefused()
    {
        var vectors = Vectors.Random(new Random(8), 1, Dimension);
        var index = Create(Dimension, 1, Vectors.Rows(vectors));
        index.Dispose();
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Search(index, vectors, 1));
    }

    private static void SearchOnce(IVectorIndex index, float[] queries)
    {
        Span<float> similarities = stackalloc float[16 * K];
        Span<long> rows = stackalloc long[16 * K];
        index.Search(queries, K, similarities, rows);
    }

    private static (float[] Similarities, long[] Rows) Search(IVectorIndex index, float[][] queries, int k)
    {
        var similarities = new float[queries.Length * k];
        var rows = new long[queries.Length * k];
        index.Search(Vectors.Flatten(queries), k, similarities, rows);
        return (similarities, rows);
    }

    private void CheckAgainstBruteForce(float[][] vectors, float[][] queries, int k)
    {
        using var index = Create(queries[0].Length, vectors.Length, Vectors.Rows(vectors));
        var (similarities, rows) = Search(index, queries, k);
        for (var query = 0; query < queries.Length; query++)
        {
            var expected = vectors.Select(vector => Vectors.Dot(vector, queries[query])).OrderDescending().Take(k).ToArray();
            var found = rows.AsSpan(query * k, k);
            for (var place = 0; place < k; place++)
            {
                var similarity = similarities[(query * k) + place];
                if (place >= expected.Length)
                {
                    Assert.Equal((-1, 0f), (found[place], similarity));
                    continue;
                }

                Assert.Equal(expected[place], similarity, 1e-5);
                Assert.Equal(Vectors.Dot(vectors[found[place]], queries[query]), similarity, 1e-5);
                Assert.Equal(-1, found[..place].IndexOf(found[place]));
            }
        }
    }
}

public sealed class ExactIndexTests : VectorIndexTests
{
    protected override IVectorIndex Create(int dimension, int count, RowWriter write) => ExactIndex.Create(dimension, count, write);
}
