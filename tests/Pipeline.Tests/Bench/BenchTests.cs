using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Bench;

public sealed class BenchTests
{
    [Theory]
    [InlineData(new[] { 3.0, 1.0, 2.0 }, 2.0)]
    [InlineData(new[] { 4.0, 1.0, 2.0, 3.0 }, 2.5)]
    public void Median_Runs_IsTheMiddle(double[] runs, double expected) => Assert.Equal(expected, BenchFigure.Median(runs));

    [Theory]
    [InlineData(5.6, BenchFigure.Higher, false)]
    [InlineData(5.4, BenchFigure.Higher, true)]
    [InlineData(5.4, BenchFigure.Lower, false)]
    [InlineData(5.6, BenchFigure.Lower, true)]
    [InlineData(null, BenchFigure.Higher, true)]
    public void IsMissed_AgainstTarget_DependsOnWhatIsBetter(double? value, string better, bool expected) =>
        Assert.Equal(expected, new BenchFigure("x", value, "1", 5.5, better, [], "").IsMissed);

    [Fact]
    public void IsMissed_WithoutTarget_NeverIs() => Assert.False(new BenchFigure("x", null, "1", null, BenchFigure.Higher, [], "").IsMissed);

    [Fact]
    public void BestRate_MatrixMultiply_IsThatOfACore()
    {
        using var multiply = new MatrixMultiply();

        // Any CPU of the last fifteen years lies between: a wrong graph or a wrong unit does not.
        Assert.InRange(multiply.BestRate(TimeSpan.FromMilliseconds(1), TimeProvider.System), 0.5, 1_000);
    }

    [Fact]
    public void Seconds_OfThisProcess_AgreesWithTheRuntime()
    {
        var before = Environment.CpuUsage.TotalTime.TotalSeconds;
        var seconds = ProcessCpu.Seconds(Environment.ProcessId);
        var after = Environment.CpuUsage.TotalTime.TotalSeconds;

        // Other tests run beside this one, and /proc counts in steps.
        Assert.InRange(seconds, before - 0.1, after + 0.1);
    }

    [Fact]
    public void Efficiency_Rounds_PairsWorkerAndBaseline()
    {
        var figures = PipelineFigures.Efficiency([Round(800, 1_500), Round(900, 1_600), Round(500, 1_000)], [90, 100, 80], Facts);
        double? Value(string name) => figures.Single(figure => figure.Name == name).Value;

        Assert.Equal(PipelineFigures.OfEfficiency, figures.Select(figure => figure.Name));
        Assert.Equal(0.8, Value("pipeline.efficiency")!.Value, 9);
        Assert.Equal(0.75, Value("pipeline.efficiency_wall")!.Value, 9);
        Assert.Equal(0.25, Value("pipeline.overhead_ms_per_item")!.Value, 9);
        Assert.Equal(800, Value("pipeline.items_per_cpu_s")!.Value, 9);
        Assert.Equal(1_500, Value("pipeline.items_per_s")!.Value, 9);
        Assert.Equal(100, Value("machine.matmul_gflops"));
        Assert.Equal(10, Value("baseline.items_per_cpu_s_per_gflops")!.Value, 9);
        Assert.Equal(4_000, Value("pipeline.alloc_bytes_per_item")!.Value, 9);
        Assert.All(figures, figure => Assert.NotEmpty(figure.Note));
    }

    [Fact]
    public void Efficiency_BelowItsBound_IsMissed()
    {
        var figures = PipelineFigures.Efficiency([Round(790, 1_500)], [90], Facts);

        Assert.True(figures.Single(figure => figure.Name == "pipeline.efficiency").IsMissed);
        Assert.True(figures.Single(figure => figure.Name == "pipeline.overhead_ms_per_item").IsMissed);
        Assert.False(figures.Single(figure => figure.Name == "pipeline.efficiency_wall").IsMissed);
    }

    [Fact]
    public void Efficiency_WorkerWithoutMetrics_SaysThatAllocationIsNotMeasured()
    {
        var figures = PipelineFigures.Efficiency([new(new(2_000, 2, 1, null), 1_000, 2_000)], [90], Facts);
        var allocated = figures.Single(figure => figure.Name == "pipeline.alloc_bytes_per_item");

        Assert.Null(allocated.Value);
        Assert.False(allocated.IsMissed);
        Assert.StartsWith("not measured: ", allocated.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_SeveralRuns_HasTheirMedianItsBoundAndTheShareOfOthers()
    {
        var figures = PipelineFigures.Latency([new([0.1, 0.2, 0.25, 0.9], 1_000, 1_000, 0.25, 0), new([0.1, 0.3, 0.35, 0.8], 1_000, 1_000, 0, 0), new([0.1, 0.2, 0.25, 1.9], 1_000, 1_000, 0.1, 0)], 0.7, 4);

        Assert.Equal([0.2, 0.9], figures.Select(figure => figure.Value!.Value));
        Assert.Equal(0.35, figures[1].Target);
        Assert.True(figures[1].IsMissed);
        Assert.Contains("25 %", figures[1].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_NothingCameBack_HasNoneAndSaysWhy()
    {
        var latency = PipelineFigures.Latency([new([], 1_000, 1_000, 0, 0)], 0.7, 1)[1];

        Assert.Null(latency.Value);
        Assert.True(latency.IsMissed);
        Assert.Contains("no record came back", latency.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Round_OtherName_HasOtherIdsAndTheSameTexts()
    {
        var texts = new BenchTexts(["one", "two"], "x");

        var first = texts.Round("0").Select(Parse).ToList();
        var second = texts.Round("1").Select(Parse).ToList();

        Assert.Equal(["one", "two"], first.Select(content => content.Parts[0].Text));
        Assert.Equal(first.Select(content => content.Parts[0].Text), second.Select(content => content.Parts[0].Text));
        Assert.Empty(first.Select(content => content.Id).Intersect(second.Select(content => content.Id)));
    }

    [Fact]
    public void HasReached_PartitionBehind_IsFalseUntilItIsThere()
    {
        var reader = new RoundReader(TimeProvider.System);
        var last = new Dictionary<int, long> { [0] = 1, [4] = 7 };
        reader.Apply(Status(0, 1));
        Assert.False(reader.HasReached(last));

        reader.Apply(Status(4, 7));

        Assert.True(reader.HasReached(last));
        Assert.Equal(2, reader.TakeLatencies().Count);
        Assert.Empty(reader.TakeLatencies());
    }

    private static PipelineFacts Facts => new(new(["one", "three"], "shipped stream"), null, 0, 0);

    private static EfficiencyRound Round(double perCpuSecond, double perSecond) =>
        new(new(2_000, 2_000 / perCpuSecond, 2_000 / perSecond, 8_000_000), 1_000, 2_000);

    private static Content Parse(Samples.StreamRecord record) => Content.Parser.ParseFrom(record.Value);

    private static StatusEvent Status(int partition, long offset) => new()
    {
        Kind = StatusEvent.Types.Kind.Disposition,
        Source = new() { Partition = partition, Offset = offset, TimeMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() },
    };
}
