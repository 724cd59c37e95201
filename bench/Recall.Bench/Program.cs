using Vigil.Recall.Bench;

// Search cost and update latency of the bank, one thread. Run: dotnet run --project bench/Recall.Bench -c Release
const int Dimension = 512;
Console.WriteLine($"{Environment.ProcessorCount} cores; random unit vectors of {Dimension}; median of 9 interleaved runs");
foreach (var cells in new[] { 1, 40 })
{
    SearchCost.Print(entries: 20_000, cells, Dimension, k: 10);
}

foreach (var entries in new[] { 20_000, 100_000 })
{
    UpdateLatency.Print(entries, cells: 40, Dimension);
}
