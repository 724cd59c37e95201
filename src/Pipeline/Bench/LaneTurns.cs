using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>Two lanes, or one set in two ways, that take turns with the same texts.</summary>
/// <param name="prepareAsync">Done before each turn, told whether it is A's; null: nothing.</param>
/// <param name="times">How often a turn goes through the texts: what a turn waits for at its end weighs the less.</param>
internal sealed class LaneTurns(BenchStand stand, string what, Func<bool, Task>? prepareAsync = null, int times = 1)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private readonly List<(LaneRound A, LaneRound B)> _rounds = [];

    /// <summary>A's rate over B's, items per CPU-second of the workers, round by round.</summary>
    public IReadOnlyList<double> CpuRatios => _rounds.ConvertAll(round => round.A.PerCpuSecond / round.B.PerCpuSecond);

    /// <summary>What an item costs A beyond what it costs B, CPU-seconds of the workers, round by round.</summary>
    public IReadOnlyList<double> CpuDifferences => _rounds.ConvertAll(round => (1 / round.A.PerCpuSecond) - (1 / round.B.PerCpuSecond));

    /// <summary>A's rate over B's by the clock on the wall, round by round.</summary>
    public IReadOnlyList<double> WallRatios => _rounds.ConvertAll(round => round.A.PerSecond / round.B.PerSecond);

    public string Rates => string.Create(
        CultureInfo.InvariantCulture,
        $"{BenchFigure.Median(_rounds.ConvertAll(round => round.A.PerSecond)):0} and {BenchFigure.Median(_rounds.ConvertAll(round => round.B.PerSecond)):0} items/s, {BenchFigure.Median(_rounds.ConvertAll(round => round.A.PerCpuSecond)):0} and {BenchFigure.Median(_rounds.ConvertAll(round => round.B.PerCpuSecond)):0} per CPU-second of the workers");

    /// <param name="ofB">What B is given where that many texts would take it too long; the same kind of texts, fewer.</param>
    public async Task TakeAsync(BenchLane a, BenchTexts ofA, BenchLane b, BenchTexts ofB, int rounds, CancellationToken cancellation)
    {
        await WarmUpAsync(a, ofA, isA: true, cancellation);
        await WarmUpAsync(b, ofB, isA: false, cancellation);
        for (var round = 0; round < rounds; round++)
        {
            // A B, B A, and so on: what grows or wanes over the run favours neither.
            var first = round % 2 == 0 ? await TurnAsync(a, ofA, isA: true, cancellation) : null;
            var ofLaneB = await TurnAsync(b, ofB, isA: false, cancellation);
            _rounds.Add((first ?? await TurnAsync(a, ofA, isA: true, cancellation), ofLaneB));
            await stand.Progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} {round + 1} of {rounds}: {_rounds[^1].A.PerSecond:0} against {_rounds[^1].B.PerSecond:0} items/s, {_rounds[^1].A.PerCpuSecond:0} against {_rounds[^1].B.PerCpuSecond:0} per CPU-second"));
        }
    }

    private async Task<LaneRound> TurnAsync(BenchLane lane, BenchTexts texts, bool isA, CancellationToken cancellation)
    {
        await (prepareAsync?.Invoke(isA) ?? Task.CompletedTask);
        return await lane.RoundAsync(texts, cancellation, times);
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
