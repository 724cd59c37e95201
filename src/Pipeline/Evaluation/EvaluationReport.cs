using System.Text.Json.Serialization;

namespace Vigil.Pipeline.Evaluation;

/// <summary>A figure with its 95 % bootstrap interval.</summary>
internal sealed record Figure(double Value, double Low, double High);

/// <summary>Share of positives found by reviewing the given share of rows, beside what a perfect order finds.</summary>
internal sealed record BudgetRecall(double Budget, double Recall, double Best);

/// <summary>One label over one group of rows.</summary>
/// <param name="Gates">At least 30 positives; smaller groups are printed and decide nothing.</param>
/// <param name="Difference">AUPRC minus that of the other model, by paired bootstrap.</param>
internal sealed record LabelFigures(
    string Label,
    int N,
    int Positives,
    bool Gates,
    Figure Auprc,
    Figure Auroc,
    double PrecisionAt100,
    IReadOnlyList<BudgetRecall> Recall,
    double CalibrationError,
    Figure? OtherAuprc,
    Figure? Difference);

/// <summary>All labels over one group.</summary>
/// <param name="MacroAuprc">Mean over the policies that have positives here.</param>
internal sealed record GroupFigures(string Name, double MacroAuprc, IReadOnlyList<LabelFigures> Labels);

/// <summary>What <c>vigil evaluate</c> prints.</summary>
/// <param name="Notes">What of the rows cannot be measured.</param>
/// <param name="Parts">Rows of trained and of left-out sources, apart.</param>
internal sealed record EvaluationReport(
    IReadOnlyList<string> Data,
    IReadOnlyList<string> Where,
    int Rows,
    string Ranker,
    string? Against,
    string Bank,
    IReadOnlyList<string> Notes,
    GroupFigures Overall,
    IReadOnlyList<GroupFigures> Parts,
    IReadOnlyList<GroupFigures> Languages,
    IReadOnlyList<GroupFigures> Sources)
{
    [JsonPropertyOrder(-1)]
    public string Evaluation => "vigil evaluate";
}
