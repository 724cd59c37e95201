namespace Vigil.Recall.Bench;

/// <summary>What a query costs, through the recaller as the worker calls it, beside one flat index over the same vectors.</summary>
internal static class SearchCost
{
    private const int Runs = 9;

    public static void Print(int entries, int cells, int dimension, int k)
    {
        var bank = new RandomBank(cells, dimension);
        var indexed = bank.Entries(entries).ToList();
        using var faiss = BankFollower.SnapshotOf(indexed, RandomBank.Embedder, dimension, IndexBackend.Faiss, TimeProvider.System);
        using var managed = BankFollower.SnapshotOf(indexed, RandomBank.Embedder, dimension, IndexBackend.Managed, TimeProvider.System);
        using var rows = bank.Queries(entries);
        using var flat = FaissIndex.Create(dimension, entries, (row, target) => rows.Row(row).CopyTo(target));
        Console.WriteLine($"\nsearch: {entries:n0} entries in {cells} cells, k = {k}, processor ms per query (spread)");
        foreach (var batch in new[] { 1, 8, 32, 64, 128, 256 })
        {
            using var queries = bank.Queries(batch);
            var similarities = new float[batch * k];
            var found = new long[batch * k];
            double[][] times = [new double[Runs], new double[Runs], new double[Runs]];
            for (var run = -2; run < Runs; run++)
            {
                Time(run, times[0], batch, () => Recaller.Search(queries, faiss, bank.Policies, k).Dispose());
                Time(run, times[1], batch, () => flat.Search(queries.Values, k, similarities, found));
                Time(run, times[2], batch, () => Recaller.Search(queries, managed, bank.Policies, k).Dispose());
            }

            var flops = 2.0 * entries * dimension / (Median(times[1]) * 1e6);
            Console.WriteLine($"  batch {batch,3}: recaller faiss {Text(times[0])}  one flat index {Text(times[1])} = {flops:f0} GFLOP/s  recaller managed {Text(times[2])}");
        }
    }

    private static void Time(int run, double[] times, int batch, Action search)
    {
        // Processor time of this process, in which one thread works: other load on the machine counts little.
        var started = Environment.CpuUsage.TotalTime;
        search();
        if (run >= 0)
        {
            times[run] = (Environment.CpuUsage.TotalTime - started).TotalMilliseconds / batch;
        }
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);

    private static string Text(double[] times) => $"{Median(times):f3} ({times.Min():f3}-{times.Max():f3})";
}
