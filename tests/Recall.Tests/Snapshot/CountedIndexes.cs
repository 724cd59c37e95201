namespace Vigil.Recall.Tests;

/// <summary>Counts the indexes that are open.</summary>
internal sealed class CountedIndexes
{
    private int _open;

    public CountedIndexes(IndexBackend inner) => Backend = new IndexBackend(
        inner.Name,
        (dimension, count, write) =>
        {
            Interlocked.Increment(ref _open);
            return new Counted(this, inner.Create(dimension, count, write));
        },
        inner.Trim);

    public IndexBackend Backend { get; }

    public int Open => Volatile.Read(ref _open);

    /// <summary>Indexes are freed away from the thread that let go of them.</summary>
    public async Task BecomesAsync(int open)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (Open != open)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"{Open} indexes are open, {open} expected.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Counted(CountedIndexes owner, IVectorIndex inner) : IVectorIndex
    {
        public int Dimension => inner.Dimension;

        public int Count => inner.Count;

        public void Search(ReadOnlySpan<float> queries, int k, Span<float> similarities, Span<long> rows) => inner.Search(queries, k, similarities, rows);

        public ReadOnlySpan<float> Row(int row) => inner.Row(row);

        public void Dispose()
        {
            inner.Dispose();
            Interlocked.Decrement(ref owner._open);
        }
    }
}
