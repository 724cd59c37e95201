using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>Two lanes, or one set in two ways, that take turns with the same texts.</summary>
/// <param name="prepareAsync">Done before each turn, told whether it is A's; null: nothing.</param>
/// <param name="times">How often a turn goes through the texts: what a turn waits for at its end weighs the less.</param>
/// <param name="spare">How many rounds more may be taken, so that those count during whose two turns the machine was alike.</param>
internal sealed class LaneTurns(BenchStand stand, string what, Func<bool, Task>? prepareAsync = null, int times = 1, int spare = 0)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private IReadOnlyList<TurnPair> _rounds = [];

    /// <summary>A's rate over B's, items per CPU-second of the workers, round by round.</summary>
    public IReadOnlyList<double> CpuRatios => [.. _rounds.Select(round => round.A.PerCpuSecond / round.B.PerCpuSecond)];

    /// <summary>What an item costs A beyond what it costs B, CPU-seconds of the workers, round by round.</summary>
    public IReadOnlyList<double> CpuDifferences => [.. _rounds.Select(round => (1 / round.A.PerCpuSecond) - (1 / round.B.PerCpuSecond))];

    /// <summary>A's rate over B's by the clock on the wall, round by round.</summary>
    public IReadOnlyList<double> WallRatios => [.. _rounds.Select(round => round.A.PerSecond / round.B.PerSecond)];

    public string Rates => string.Create(
        CultureInfo.InvariantCulture,
        $"{Median(round => round.A.PerSecond):0} and {Median(round => round.B.PerSecond):0} items/s, {Median(round => round.A.PerCpuSecond):0} and {Median(round => round.B.PerCpuSecond):0} per CPU-second of the workers");

    /// <param name="ofB">What B is given where that many texts would take it too long; the same kind of texts, fewer.</param>
    public async Task TakeAsync(BenchLane a, BenchTexts ofA, BenchLane b, BenchTexts ofB, int rounds, CancellationToken cancellation)
    {
        await WarmUpAsync(a, ofA, isA: true, cancellation);
        await WarmUpAsync(b, ofB, isA: false, cancellation);
        List<TurnPair> taken = [];
        while (taken.Count < rounds || (taken.Count(pair => pair.IsAlike) < rounds && taken.Count < rounds + spare))
        {
            // A B, B A, and so on: what grows or wanes over the run favours neither.
            var first = taken.Count % 2 == 0 ? await TurnAsync(a, ofA, isA: true, cancellation) : null;
            var ofLaneB = await TurnAsync(b, ofB, isA: false, cancellation);
            taken.Add(new(first ?? await TurnAsync(a, ofA, isA: true, cancellation), ofLaneB));
            await stand.Progress.WriteLineAsync(Line(taken[^1], taken.Count, rounds));
        }

        _rounds = TurnPair.MostAlike(taken, rounds);
    }

    private double Median(Func<TurnPair, double> rate) => BenchFigure.Median([.. _rounds.Select(rate)]);

    private string Line(TurnPair pair, int number, int rounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what} {number} of {rounds}{(spare > 0 ? $" to {rounds + spare}" : "")}: {pair.A.PerSecond:0} against {pair.B.PerSecond:0} items/s, {pair.A.PerCpuSecond:0} against {pair.B.PerCpuSecond:0} per CPU-second{(spare > 0 && !pair.IsAlike ? "; the machine was not alike" : "")}");

    private async Task<LaneRound> TurnAsync(BenchLane lane, BenchTexts texts, bool isA, CancellationToken cancellation)
    {
        await (prepareAsync?.Invoke(isA) ?? Task.CompletedTask);
        var mark = stand.Pace.Mark();
        return await lane.RoundAsync(texts, cancellation, times) with { Slowness = stand.Pace.SlownessSince(mark) };
    }

    // Not counted: code that is hot is compiled again while it runs, the more of it the more there is.
    private async Task WarmUpAsync(BenchLane lane, BenchTexts texts, bool isA, CancellationToken cancellation)
    {
        var start = stand.Time.GetTimestamp();
        do
        {
            await TurnAsync(lane, texts, isA, cancellation);
        }
        while (stand.Time.GetElapsedTime(start) < WarmUp);
    }
}
