namespace Vigil.Pipeline.Bench;

/// <summary>What the benches read of other processes, and what they make of it.</summary>
public sealed class BenchReadingTests
{
    private const string Metrics = """
        # TYPE dotnet_gc_heap_total_allocated_bytes_total counter
        dotnet_gc_heap_total_allocated_bytes_total{otel_scope_name="System.Runtime"} 1250 1764361200000
        dotnet_gc_heap_total_allocated_bytes_total{otel_scope_name="another {scope}"} 50.5 1764361200000
        dotnet_gc_heap_total_allocated_bytes_total_more 7
        vigil_plain 3
        """;

    [Theory]
    [InlineData("dotnet_gc_heap_total_allocated_bytes_total", 1300.5)]
    [InlineData("vigil_plain", 3.0)]
    [InlineData("vigil", null)]
    public void Sum_OfAMetric_IsThatOfItsSeriesAlone(string name, double? expected) => Assert.Equal(expected, BenchProcess.Sum(Metrics, name));

    [Fact]
    public void Busy_OfALine_LeavesIdleAndGuestsOut() => Assert.Equal(0.36, MachineCpu.Busy("cpu  1 2 3 1000 1000 6 7 17 100 100"), 9);

    [Fact]
    public void BusySeconds_OfThisMachine_AreAtLeastOurs() => Assert.True(MachineCpu.BusySeconds() > 0);

    [Fact]
    public void Share_OfOthers_NeverFallsBelowZero()
    {
        var calls = 0;
        // More than the machine has: the clocks of both tick apart.
        var others = new OthersCpu(() => calls++ * 1_000_000, TimeProvider.System);

        Assert.Equal(0, others.Share());
    }

    [Fact]
    public void Slowness_OfPasses_LeavesOutThoseThatWereInterrupted() => Assert.Equal(0.25, MachinePace.Slowness([2, 3, 1_000], 2), 9);

    [Fact]
    public void Slowness_OfNothing_IsNotTakenForQuiet() => Assert.Equal(double.PositiveInfinity, MachinePace.Slowness([1_000], 2));

    [Fact]
    public async Task SlownessSince_AMark_IsThatOfALaterPass()
    {
        using var pace = new MachinePace(TimeProvider.System);
        var mark = pace.Mark();
        while (pace.Mark() < mark + 5)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.InRange(pace.SlownessSince(mark), 0, 2);
        Assert.Equal(double.PositiveInfinity, pace.SlownessSince(int.Max(mark, pace.Mark())));
    }

    [Fact]
    public void Quietest_OfLoads_AsksTheMachineAndNotTheOutcome()
    {
        LatencyRun Run(double latency, double after, double slowness) => new([latency], 100, after, 0, slowness);

        var quietest = LatencyLoad.Quietest([Run(1, 100, 0.2), Run(2, 150, 0), Run(3, 95, 0.1), Run(4, 100, 0.05)], 3);

        Assert.Equal([4.0, 3, 1], quietest.Select(run => run.Sorted[0]));
        Assert.Equal([true, false, false], quietest.Select(run => run.IsQuiet));
    }

    [Fact]
    public void MostAlike_OfRounds_AreThoseOfALikeMachineInTheirOrder()
    {
        TurnPair Pair(int items, double a, double b) => new(new(items, 1, 1, null) { Slowness = a }, new(items, 1, 1, null) { Slowness = b });

        var alike = TurnPair.MostAlike([Pair(1, 0.3, 0.31), Pair(2, 0, 0.3), Pair(3, 0.1, 0.1)], 2);

        Assert.Equal([1, 3], alike.Select(pair => pair.A.Items));
        Assert.All(alike, pair => Assert.True(pair.IsAlike));
    }

    [Fact]
    public void ResidentMegabytes_OfThisProcess_IsNearWhatTheRuntimeSays() =>
        Assert.InRange(ProcessMemory.ResidentMegabytes(Environment.ProcessId), Environment.WorkingSet / 1_048_576.0 * 0.5, Environment.WorkingSet / 1_048_576.0 * 2);

    [Fact]
    public void Of_EqualRatios_IsThatRatio()
    {
        var interval = RatioInterval.Of([0.98, 0.98, 0.98]);

        Assert.Equal((0.98, 0.98), (Math.Round(interval.Low, 9), Math.Round(interval.High, 9)));
    }

    [Fact]
    public void Of_ScatteredRatios_LiesAroundTheirMedian()
    {
        var interval = RatioInterval.Of([0.9, 0.95, 1.0, 1.05, 1.1]);

        Assert.InRange(interval.Low, 0.9, 0.999);
        Assert.InRange(interval.High, 1.001, 1.1);
    }

    // Pitfall 15 over a million records is `vigil bench pipeline --soak`.
    [Fact]
    public void Growth_WhileWindowsFill_DoesNotCount()
    {
        // 30 rounds of warming up, then 200 MB to 210 MB.
        var figure = WorkerFootprint.Growth([.. Enumerable.Range(0, 30).Select(i => 100.0 + (10 * i)), .. Enumerable.Repeat(200.0, 10), .. Enumerable.Repeat(210.0, 10)]);

        Assert.Equal(0.05, figure.Value!.Value, 9);
        Assert.Equal([190, 290, 390, 200, 210], figure.Runs);
    }

    [Fact]
    public void Delay_OfSeveralRuns_IsTheMedianOfTheirNinetyNinthOfAHundred()
    {
        double[] Run(double scale) => [.. Enumerable.Range(1, 100).Select(i => scale * i / 100.0)];

        var figure = RecallBench.Delay("x", [Run(1), Run(5), Run(0.5)], "");

        Assert.Equal(0.99, figure.Value);
        Assert.Equal(3, figure.Runs.Count);
        Assert.False(figure.IsMissed);
    }

    [Fact]
    public void Delay_NoChangeCameThrough_IsMissedAndSaysWhy()
    {
        var figure = RecallBench.Delay("x", [[0.5], []], "");

        Assert.True(figure.IsMissed);
        Assert.Contains("no entry came through", figure.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void NotMeasured_Figure_HasNoTargetToMissAndSaysWhy()
    {
        var figure = BenchFigure.NotMeasured("x", "1", BenchFigure.Higher, "there is no Kafka");

        Assert.False(figure.IsMissed);
        Assert.Contains("there is no Kafka", figure.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllAsync_WantedFigure_MeasuresItsPartAndGivesItAlone()
    {
        List<string> measured = [];
        BenchPart Part(params string[] names) => new(names, _ =>
        {
            measured.AddRange(names);
            return Task.FromResult<IReadOnlyList<BenchFigure>>([.. names.Select(name => new BenchFigure(name, 1, "1", null, BenchFigure.Higher, [], ""))]);
        });

        var figures = await BenchPart.AllAsync([Part("a", "b"), Part("c")], new HashSet<string> { "b" }, TestContext.Current.CancellationToken);

        Assert.Equal(["a", "b"], measured);
        Assert.Equal("b", Assert.Single(figures).Name);
    }

    [Theory]
    [InlineData("pipeline")]
    [InlineData("recall")]
    public async Task Bench_UnknownFigure_IsWrongUsageThatNamesThem(string bench)
    {
        await using var error = new StringWriter();
        var code = await CommandLine.Create().Parse(["bench", bench, "--only", "no.such"]).InvokeAsync(new() { Error = error, Output = error }, TestContext.Current.CancellationToken);

        Assert.NotEqual(ExitCode.Done, code);
        Assert.Contains("no figure 'no.such'", error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{bench}.", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_OfAllBenches_AreUnique()
    {
        string[] names = [.. PipelineBench.Names, .. RecallBench.Names];

        Assert.Equal(names.Length, names.Distinct().Count());
    }
}
