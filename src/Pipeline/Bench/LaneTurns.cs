using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>Two lanes that take turns with the same texts.</summary>
/// <param name="readEvery">The workers' metrics are read in every n-th turn.</param>
internal sealed class LaneTurns(BenchStand stand, string what, int readEvery = 1)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private readonly List<(LaneRound A, LaneRound B)> _rounds = [];

    /// <summary>A's rate over B's, items per CPU-second of the workers, round by round.</summary>
    public IReadOnlyList<double> CpuRatios => _rounds.ConvertAll(round => round.A.PerCpuSecond / round.B.PerCpuSecond);

    /// <summary>A's rate over B's by the clock on the wall, round by round.</summary>
    public IReadOnlyList<double> WallRatios => _rounds.ConvertAll(round => round.A.PerSecond / round.B.PerSecond);

    public string Rates => string.Create(
        CultureInfo.InvariantCulture,
        $"{BenchFigure.Median(_rounds.ConvertAll(round => round.A.PerSecond)):0} and {BenchFigure.Median(_rounds.ConvertAll(round => round.B.PerSecond)):0} items/s, {BenchFigure.Median(_rounds.ConvertAll(round => round.A.PerCpuSecond)):0} and {BenchFigure.Median(_rounds.ConvertAll(round => round.B.PerCpuSecond)):0} per CPU-second of the workers");

    /// <param name="ofB">What B is given where that many texts would take it too long; the same kind of texts, fewer.</param>
    public async Task TakeAsync(BenchLane a, BenchTexts ofA, BenchLane b, BenchTexts ofB, int rounds, CancellationToken cancellation)
    {
        await WarmUpAsync(a, ofA, cancellation);
        await WarmUpAsync(b, ofB, cancellation);
        for (var round = 0; round < rounds; round++)
        {
            // A B, B A, and so on: what grows or wanes over the run favours neither.
            var reads = round % readEvery == 0;
            var first = round % 2 == 0 ? await a.RoundAsync(ofA, cancellation, reads) : null;
            var ofLaneB = await b.RoundAsync(ofB, cancellation, reads);
            _rounds.Add((first ?? await a.RoundAsync(ofA, cancellation, reads), ofLaneB));
            await stand.Progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} {round + 1} of {rounds}: {_rounds[^1].A.PerSecond:0} against {_rounds[^1].B.PerSecond:0} items/s, {_rounds[^1].A.PerCpuSecond:0} against {_rounds[^1].B.PerCpuSecond:0} per CPU-second"));
        }
    }

    // Not counted: code that is hot is compiled again while it runs, the more of it the more there is.
    private async Task WarmUpAsync(BenchLane lane, BenchTexts texts, CancellationToken cancellation)
    {
        var start = stand.Time.GetTimestamp();
        do
        {
            await lane.RoundAsync(texts, cancellation);
        }
        while (stand.Time.GetElapsedTime(start) < WarmUp);
    }
}
