using Vigil.Contracts.Wire;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// What seeds the starter bank: each entry with state live, then the starter's hash. Once per hash; an entry that was
/// disabled stays disabled, and one that people put on <c>bank</c> under the same id stays theirs.
/// </summary>
internal static class StarterSeeding
{
    public static IEnumerable<IndexRecord> Records(StarterBank starter, BankLedger ledger, Func<string, bool> isOnBank)
    {
        if (ledger.HasStarter(starter.Manifest.Hash))
        {
            yield break;
        }

        var live = new BankState { State = BankState.Types.State.Live };
        foreach (var entry in starter.ToIndexed())
        {
            if (isOnBank(entry.Id))
            {
                continue;
            }

            if (ledger.Get(entry.Id).State is null)
            {
                yield return IndexRecord.Of(BankKeys.StateOf(entry.Id), live, -1);
            }

            yield return IndexRecord.Of(entry.Id, entry, -1);
        }

        var seeded = new StarterSeeded { Hash = starter.Manifest.Hash, Entries = starter.Entries.Count };
        yield return IndexRecord.Of(BankKeys.SeededStarter(starter.Manifest.Hash), seeded, -1);
    }
}
