using System.Globalization;
using Vigil.Pipeline.Demo.View;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <param name="Data">A content file in place of the shipped stream's texts; null: those.</param>
/// <param name="Items">Items of a round.</param>
/// <param name="LatencySeconds">How long the load for the latency is kept up.</param>
internal sealed record PipelineBenchOptions(string? Data, int Items, int Rounds, int LatencySeconds);

/// <summary>One A and one B, in items.</summary>
internal sealed record PipelineRound(double WorkerPerCpuSecond, double WorkerPerSecond, double BaselinePerCpuSecond)
{
    public double Efficiency => WorkerPerCpuSecond / BaselinePerCpuSecond;

    public string Line(int number, int of) => string.Create(
        CultureInfo.InvariantCulture,
        $"round {number} of {of}: worker {WorkerPerCpuSecond:0} items per CPU-second, {WorkerPerSecond:0}/s; encoder and search alone {BaselinePerCpuSecond:0}; ratio {Efficiency:0.00}");
}

/// <summary>What the notes state beside the figures.</summary>
internal sealed record PipelineFacts(BenchTexts Texts, BankSummary? Bank, double LoadBefore, double LoadAfter);

/// <summary>Rounds → figures with their notes.</summary>
internal static class PipelineFigures
{
    /// <summary>Posts per CPU-second that encoder and search must reach for each GFLOP/s of one core, or the baseline is a straw man.</summary>
    public const double BaselinePerGigaflop = 5.5;

    public static BenchReport Report(
        IReadOnlyList<PipelineRound> rounds, IReadOnlyList<double> multiply, IReadOnlyList<double> latencies, double loadShare, PipelineFacts facts)
    {
        var best = multiply.Max();
        var baseline = rounds.Select(round => round.BaselinePerCpuSecond).ToList();
        var conditions = Invariant(
            $"{facts.Texts.Texts.Count} texts a round of the {facts.Texts.Source}, {facts.Texts.MeanLength:0} characters on average; bank of {facts.Bank?.Live ?? 0} entries ({facts.Bank?.IndexKind ?? "none"}); load of the machine {facts.LoadBefore:0.0} before, {facts.LoadAfter:0.0} after on {Environment.ProcessorCount} cores");
        return new("pipeline", Machine.Here(),
        [
            new("machine.matmul_gflops", best, "GFLOP/s", null, BenchFigure.Higher, multiply, "GFLOP per CPU-second of one thread, float32, ONNX Runtime, 1024 x 4096 x 1024; best of the run"),
            BenchFigure.OfRuns("baseline.items_per_cpu_s", baseline, "item/s", BenchFigure.Higher, null, "tokenizer, encoder and exact search alone, same texts, batches, sorting and threads"),
            BenchFigure.OfRuns("baseline.items_per_cpu_s_per_gflops", [.. baseline.Select(rate => rate / best)], "item/s", BenchFigure.Higher, BaselinePerGigaflop, "baseline over the machine's own multiply rate"),
            BenchFigure.OfRuns("pipeline.efficiency", [.. rounds.Select(round => round.Efficiency)], "1", BenchFigure.Higher, null, $"worker's items per CPU-second over the baseline's, paired, interleaved; {conditions}"),
            BenchFigure.OfRuns("pipeline.items_per_cpu_s", [.. rounds.Select(round => round.WorkerPerCpuSecond)], "item/s", BenchFigure.Higher, null, "CPU of the worker's process, all threads; broker and publisher apart"),
            BenchFigure.OfRuns("pipeline.items_per_s", [.. rounds.Select(round => round.WorkerPerSecond)], "item/s", BenchFigure.Higher, null, "wall time from first publish to last disposition read; broker and publisher on the same cores"),
            Latency("pipeline.latency_p50_s", latencies, 0.50, loadShare),
            Latency("pipeline.latency_p99_s", latencies, 0.99, loadShare),
        ]);
    }

    private static BenchFigure Latency(string name, IReadOnlyList<double> sorted, double share, double loadShare) => sorted.Count == 0
        ? new(name, null, "s", null, BenchFigure.Lower, [], "no record came back under load")
        : new(name, RecentValues.At(sorted, share), "s", null, BenchFigure.Lower, [], Invariant($"broker's LogAppendTime to disposition read back, read-committed, {sorted.Count} records at {loadShare:P0} of pipeline.items_per_s"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
