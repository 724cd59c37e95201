using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>Two lanes that take turns with the same texts.</summary>
internal sealed class LaneTurns(BenchStand stand, string what)
{
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
        // Warm-up, not counted.
        await a.RoundAsync(ofA, cancellation);
        await b.RoundAsync(ofB, cancellation);
        for (var round = 0; round < rounds; round++)
        {
            _rounds.Add((await a.RoundAsync(ofA, cancellation), await b.RoundAsync(ofB, cancellation)));
            await stand.Progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} {round + 1} of {rounds}: {_rounds[^1].A.PerSecond:0} against {_rounds[^1].B.PerSecond:0} items/s, {_rounds[^1].A.PerCpuSecond:0} against {_rounds[^1].B.PerCpuSecond:0} per CPU-second"));
        }
    }
}
