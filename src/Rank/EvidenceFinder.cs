using Vigil.Contracts;

namespace Vigil.Rank;

/// <summary>What a reviewer is shown beside a queued item: its nearest known violations and benign look-alikes, hits and reasons.</summary>
internal sealed class EvidenceFinder(PolicySet policies, RankOptions options)
{
    public Evidence Find(in Draft draft, EmbeddedItem item, NeighbourBatch neighbours, IReadOnlyList<Reason> reasons)
    {
        if (draft.Place.IsCleared || draft.Row < 0 || draft.Place.Decisive < 0)
        {
            return draft.Hits.Count == 0 ? Evidence.None : new([], draft.Hits, reasons);
        }

        var policy = policies.Policies[draft.Place.Decisive].Id;
        var place = PlaceOf(neighbours.Policies, policy);
        if (place < 0)
        {
            return new([], draft.Hits, reasons);
        }

        var near = new List<Neighbour>(2 * options.EvidenceNeighbours);
        var part = item.Windows[draft.Row - item.FirstRow].Part;
        Add(near, neighbours, draft.Row, place, Side.Violation, part);
        Add(near, neighbours, draft.Row, place, Side.Benign, part);
        return new(near, draft.Hits, reasons);
    }

    private void Add(List<Neighbour> near, NeighbourBatch neighbours, int row, int policy, Side side, int part)
    {
        var entries = neighbours.Entries(row, policy, side);
        var similarities = neighbours.Similarities(row, policy, side);
        for (var i = 0; i < Math.Min(entries.Length, options.EvidenceNeighbours) && entries[i] >= 0; i++)
        {
            var entry = neighbours.Bank[entries[i]];
            near.Add(new(entry.Id, side, neighbours.Policies[policy], similarities[i], part, entry.Source));
        }
    }

    private static int PlaceOf(IReadOnlyList<string> policies, string policy)
    {
        for (var i = 0; i < policies.Count; i++)
        {
            if (policies[i] == policy)
            {
                return i;
            }
        }

        return -1;
    }
}
