using System.Text.Json.Serialization;

namespace Vigil.Pipeline.Bench;

/// <summary>One measured figure in the form of <c>design.md</c> §11.</summary>
/// <param name="Value">The median of the runs, where nothing else is said in the note; null: it cannot be measured here, the note says why.</param>
/// <param name="Target">Null: only printed.</param>
/// <param name="Better"><c>higher</c> or <c>lower</c>.</param>
internal sealed record BenchFigure(string Name, double? Value, string Unit, double? Target, string Better, IReadOnlyList<double> Runs, string Note)
{
    public const string Higher = "higher";
    public const string Lower = "lower";

    [JsonIgnore]
    public bool IsMissed => Target is { } target && !(Value is { } value && (Better == Higher ? value >= target : value <= target));

    public static BenchFigure OfRuns(string name, IReadOnlyList<double> runs, string unit, string better, double? target, string note) =>
        new(name, Median(runs), unit, target, better, runs, note);

    /// <param name="why">What keeps it from being measured here; stands in the note. A figure without a value is missed only where it has a target, so it has none.</param>
    public static BenchFigure NotMeasured(string name, string unit, string better, string why) => new(name, null, unit, null, better, [], $"not measured: {why}");

    public static double Median(IReadOnlyList<double> runs)
    {
        var sorted = runs.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>All figures of one bench on one machine.</summary>
internal sealed record BenchReport(string Bench, Machine Machine, IReadOnlyList<BenchFigure> Figures);
