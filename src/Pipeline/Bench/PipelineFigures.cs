using System.Globalization;
using Vigil.Ingest;
using Vigil.Pipeline.Demo.View;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <summary>What the notes state beside the figures.</summary>
internal sealed record PipelineFacts(BenchTexts Texts, BankSummary? Bank, double LoadBefore, double LoadAfter);

/// <summary>Rounds → figures with their bounds and notes.</summary>
internal static class PipelineFigures
{
    /// <summary>Posts per CPU-second that encoder and search must reach for each GFLOP/s of one core, or the baseline is a straw man.</summary>
    public const double BaselinePerGigaflop = 5.5;

    public static readonly string[] OfEfficiency =
    [
        "machine.matmul_gflops", "baseline.items_per_cpu_s", "baseline.items_per_cpu_s_per_gflops", "pipeline.efficiency", "pipeline.efficiency_wall",
        "pipeline.overhead_ms_per_item", "pipeline.items_per_cpu_s", "pipeline.items_per_s", "pipeline.alloc_bytes_per_item",
    ];

    public static readonly string[] OfLatency = ["pipeline.latency_p50_s", "pipeline.latency_p99_s"];

    private static double LatencyBound => (new IngestOptions().BatchMilliseconds + 250) / 1_000.0;

    public static string Line(EfficiencyRound round, int number, int of) => Invariant(
        $"round {number} of {of}: worker {round.Worker.PerCpuSecond:0} items per CPU-second, {round.Worker.PerSecond:0}/s; encoder and search alone {round.BaselinePerCpuSecond:0}; ratio {round.Efficiency:0.000}, {round.OverheadMilliseconds:0.000} ms of CPU more an item");

    public static IReadOnlyList<BenchFigure> Efficiency(IReadOnlyList<EfficiencyRound> rounds, IReadOnlyList<double> multiply, PipelineFacts facts)
    {
        var best = multiply.Max();
        var baseline = rounds.Select(round => round.BaselinePerCpuSecond).ToList();
        var allocated = rounds.Select(round => round.Worker.AllocatedBytes / round.Worker.Items).OfType<double>().ToList();
        var conditions = Invariant(
            $"{facts.Texts.Texts.Count} texts a round of the {facts.Texts.Source}, {facts.Texts.MeanLength:0} characters on average; bank of {facts.Bank?.Live ?? 0} entries ({facts.Bank?.IndexKind ?? "none"}); load of the machine {facts.LoadBefore:0.0} before, {facts.LoadAfter:0.0} after on {Environment.ProcessorCount} cores");
        return
        [
            new("machine.matmul_gflops", best, "GFLOP/s", null, BenchFigure.Higher, multiply, "GFLOP per CPU-second of one thread, float32, ONNX Runtime, 1024 x 4096 x 1024; best of the run"),
            BenchFigure.OfRuns("baseline.items_per_cpu_s", baseline, "item/s", BenchFigure.Higher, null, "tokenizer, encoder and exact search alone, same texts, batches, sorting and threads"),
            BenchFigure.OfRuns("baseline.items_per_cpu_s_per_gflops", [.. baseline.Select(rate => rate / best)], "item/s", BenchFigure.Higher, BaselinePerGigaflop, "baseline over the machine's own multiply rate"),
            BenchFigure.OfRuns("pipeline.efficiency", [.. rounds.Select(round => round.Efficiency)], "1", BenchFigure.Higher, 0.80, $"worker's items per CPU-second over the baseline's, paired, interleaved; {conditions}"),
            BenchFigure.OfRuns("pipeline.efficiency_wall", [.. rounds.Select(round => round.WallEfficiency)], "1", BenchFigure.Higher, null, "the same ratio of wall-clock rates; broker, publisher and reader on the same cores as the worker"),
            BenchFigure.OfRuns("pipeline.overhead_ms_per_item", [.. rounds.Select(round => round.OverheadMilliseconds)], "ms", BenchFigure.Lower, 0.25, "CPU of the worker beyond the baseline's, paired"),
            BenchFigure.OfRuns("pipeline.items_per_cpu_s", [.. rounds.Select(round => round.Worker.PerCpuSecond)], "item/s", BenchFigure.Higher, null, "CPU of the worker's process, all threads; broker and publisher apart"),
            BenchFigure.OfRuns("pipeline.items_per_s", [.. rounds.Select(round => round.Worker.PerSecond)], "item/s", BenchFigure.Higher, null, "wall time from first publish to last disposition read; broker and publisher on the same cores"),
            allocated.Count == 0
                ? BenchFigure.NotMeasured("pipeline.alloc_bytes_per_item", "By", BenchFigure.Lower, "the worker exports no dotnet_gc_heap_total_allocated")
                : BenchFigure.OfRuns("pipeline.alloc_bytes_per_item", allocated, "By", BenchFigure.Lower, 4_096, "growth of the worker's dotnet.gc.heap.total_allocated over a round, one reading of its metrics a round included"),
        ];
    }

    public static IReadOnlyList<BenchFigure> Latency(IReadOnlyList<LatencyRun> runs, double loadShare, int tries) =>
    [
        Latency("pipeline.latency_p50_s", runs, 0.50, null, loadShare, tries),
        Latency("pipeline.latency_p99_s", runs, 0.99, LatencyBound, loadShare, tries),
    ];

    private static BenchFigure Latency(string name, IReadOnlyList<LatencyRun> runs, double share, double? bound, double loadShare, int tries) => runs.Any(run => run.Sorted.Count == 0)
        ? new(name, null, "s", bound, BenchFigure.Lower, [], "no record came back under load")
        : BenchFigure.OfRuns(name, [.. runs.Select(run => RecentValues.At(run.Sorted, share))], "s", BenchFigure.Lower, bound, Invariant(
            $"broker's LogAppendTime to disposition read back, read-committed, {runs.Sum(run => run.Sorted.Count)} records at {loadShare:P0} of {string.Join(", ", runs.Select(run => Invariant($"{run.Full:0}")))} items/s, measured before each; of {tries} loads those during which the machine was the most as it is on its own: {string.Join(", ", runs.Select(run => Invariant($"{run.Slowness:P0}")))} slower than at its best; others took {runs.Max(run => run.OthersShare):P0} of its CPU meanwhile{(bound is null ? "" : "; bound: commit interval + 250 ms on a machine otherwise idle")}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
