using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>
/// Whether a query may see an entry, for training and evaluation, where an item must not meet itself. An entry that is
/// left out makes room for the next one.
/// </summary>
public delegate bool NeighbourFilter(int query, BankEntryInfo entry, float similarity);

/// <summary>Finds the k nearest entries of every query, apart for every policy and side.</summary>
public static class Recaller
{
    /// <summary>Searches the bank.</summary>
    /// <param name="queries">n unit vectors of the bank's dimension.</param>
    /// <param name="policies">Policies to answer for, in the order of the answer. Entries of others are not looked at.</param>
    /// <param name="k">Entries per query, policy and side at most.</param>
    /// <param name="filter">Leaves entries out per query; null: none.</param>
    /// <param name="threads">Share the work; null: the caller's alone. The answer is the same.</param>
    /// <returns>For the caller to dispose.</returns>
    public static NeighbourBatch Search(EmbeddingBatch queries, BankSnapshot bank, IReadOnlyList<string> policies, int k, NeighbourFilter? filter = null, ModelThreads? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var started = TimeProvider.System.GetTimestamp();
        var found = NeighbourBatch.Rent(queries.Count, policies, k, bank.Entries, bank.Version, bank.Summary.IndexKind);
        try
        {
            var search = new CellSearch(queries.Memory, queries.Count, k, bank.NowTicks, filter, found);
            // The cells part the entries, so every vector is compared once, however many policies it speaks for.
            foreach (var cell in bank.Cells)
            {
                search.Add(cell);
            }

            search.Run(threads ?? ModelThreads.None);
            RecallTelemetry.RecordSearch(TimeProvider.System.GetElapsedTime(started), queries.Count, search.Violations, search.Benign);
            return found;
        }
        catch
        {
            found.Dispose();
            throw;
        }
    }
}
