using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Log;

/// <summary>The transactions of one partition: those still open, which hold the last stable offset back, and those aborted, whose records readers skip.</summary>
internal sealed class TransactionIndex
{
    private readonly Dictionary<long, long> _open = [];
    private readonly List<Aborted> _aborted = [];

    /// <summary>The first offset of the oldest open transaction.</summary>
    public long? FirstOpenOffset => _open.Count == 0 ? null : _open.Values.Min();

    public bool IsOpen(long producerId) => _open.ContainsKey(producerId);

    public void Apply(in BatchHeader batch, ReadOnlySpan<byte> bytes)
    {
        if (!batch.IsTransactional)
        {
            return;
        }

        if (!batch.IsControl)
        {
            _open.TryAdd(batch.ProducerId, batch.BaseOffset);
        }
        else if (_open.Remove(batch.ProducerId, out var first) && !RecordBatch.IsCommitMarker(bytes))
        {
            _aborted.Add(new Aborted(batch.ProducerId, first, batch.BaseOffset));
        }
    }

    /// <summary>The aborted transactions that have records in [first, last], by their first offset.</summary>
    public List<AbortedTransaction> AbortedWithin(long first, long last) =>
    [
        .. _aborted
            .Where(transaction => transaction.First <= last && transaction.Marker >= first)
            .OrderBy(transaction => transaction.First)
            .Select(transaction => new AbortedTransaction(transaction.ProducerId, transaction.First)),
    ];

    public bool IsAborted(long producerId, long offset) =>
        _aborted.Any(transaction => transaction.ProducerId == producerId && transaction.First <= offset && offset < transaction.Marker);

    /// <summary>Forgets aborted transactions that ended before the log now starts.</summary>
    public void TrimTo(long logStart) => _aborted.RemoveAll(transaction => transaction.Marker < logStart);

    private readonly record struct Aborted(long ProducerId, long First, long Marker);
}
