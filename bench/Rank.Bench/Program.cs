using Vigil.Rank;
using Vigil.Rank.Bench;
using Vigil.Rank.Model;
using Vigil.Rank.Policies;

// Cost of the ranker for one item, one thread. Run: dotnet run --project bench/Rank.Bench -c Release
const int Runs = 9;
var root = InventedItems.RepositoryRoot();
var model = RankModel.Load(Path.Combine(root, "models", "ranker"));
var policies = PolicyFiles.Load(Path.Combine(root, "policies"));
Console.WriteLine($"invented texts of {InventedItems.Letters} letters and random vectors; fastest of {Runs} runs");
foreach (var batch in new[] { 32, 512 })
{
    using var items = new InventedItems(batch, model.Manifest.Dimension, [.. policies.Policies.Select(policy => policy.Id)]);
    var ranker = new ItemRanker(model, policies, new RankOptions());
    var (fastest, bytes, queued) = (TimeSpan.MaxValue, 0L, 0);
    for (var run = 0; run < Runs; run++)
    {
        var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), TimeProvider.System.GetTimestamp());
        queued = items.Batches.Sum(each => ranker.Rank(each.Embedded, each.Neighbours, []).Count(ranking => ranking.Queue.Length > 0));
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        fastest = elapsed < fastest ? elapsed : fastest;
        bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    Console.WriteLine(FormattableString.Invariant($"batches of {batch,3}: {fastest.TotalMicroseconds / InventedItems.Count:0.0} µs and {bytes / InventedItems.Count} bytes an item, {100.0 * queued / InventedItems.Count:0} % queued and explained"));
}
