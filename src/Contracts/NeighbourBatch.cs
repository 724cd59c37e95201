using System.Buffers;

namespace Vigil.Contracts;

/// <summary>
/// The k nearest entries of every query row, apart for every (policy, side), most similar first. Fixed shape
/// rows × policies × 2 × k in pooled buffers; a place without an entry has index -1 and similarity 0.
/// </summary>
public sealed class NeighbourBatch : IDisposable
{
    private float[]? _similarities;
    private int[]? _entries;

    private NeighbourBatch(int rows, IReadOnlyList<string> policies, int k, IReadOnlyList<BankEntryInfo> bank, string bankVersion, string indexKind)
    {
        Rows = rows;
        Policies = policies;
        K = k;
        Bank = bank;
        BankVersion = bankVersion;
        IndexKind = indexKind;
        var size = Math.Max(1, rows * policies.Count * 2 * k);
        _similarities = ArrayPool<float>.Shared.Rent(size);
        _entries = ArrayPool<int>.Shared.Rent(size);
        _similarities.AsSpan(0, size).Clear();
        _entries.AsSpan(0, size).Fill(-1);
    }

    public int Rows { get; }

    public IReadOnlyList<string> Policies { get; }

    public int K { get; }

    /// <summary>Entries by index, of the snapshot that was searched.</summary>
    public IReadOnlyList<BankEntryInfo> Bank { get; }

    public string BankVersion { get; }

    /// <summary><c>faiss</c> or <c>managed</c>.</summary>
    public string IndexKind { get; }

    public static NeighbourBatch Rent(int rows, IReadOnlyList<string> policies, int k, IReadOnlyList<BankEntryInfo> bank, string bankVersion, string indexKind) =>
        new(rows, policies, k, bank, bankVersion, indexKind);

    /// <summary>K similarities (inner products of unit vectors), most similar first.</summary>
    public Span<float> Similarities(int row, int policy, Side side) =>
        (_similarities ?? throw new ObjectDisposedException(nameof(NeighbourBatch))).AsSpan(Start(row, policy, side), K);

    /// <summary>K indexes into <see cref="Bank"/>; -1 ends the list.</summary>
    public Span<int> Entries(int row, int policy, Side side) =>
        (_entries ?? throw new ObjectDisposedException(nameof(NeighbourBatch))).AsSpan(Start(row, policy, side), K);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _similarities, null) is { } similarities)
        {
            ArrayPool<float>.Shared.Return(similarities);
        }

        if (Interlocked.Exchange(ref _entries, null) is { } entries)
        {
            ArrayPool<int>.Shared.Return(entries);
        }
    }

    private int Start(int row, int policy, Side side) => (((row * Policies.Count) + policy) * 2 + (side == Side.Violation ? 0 : 1)) * K;
}
