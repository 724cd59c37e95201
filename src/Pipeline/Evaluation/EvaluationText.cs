using System.Globalization;
using System.Text;

namespace Vigil.Pipeline.Evaluation;

/// <summary>A report as tables for a terminal.</summary>
internal static class EvaluationText
{
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder();
        Line(text, $"{report.Rows} rows of {string.Join(", ", report.Data.Select(Path.GetFileName))}{(report.Where.Count == 0 ? "" : " where " + string.Join(" and ", report.Where))}");
        Line(text, $"ranker {report.Ranker[..12]}, bank {Short(report.Bank)}{(report.Against is { } other ? $", against {other[..12]}" : "")}");
        Line(text, $"AUPRC and AUROC with 95 % intervals of {Bootstrap.Resamples} bootstrap resamples; recall at a review budget beside the best possible; * under {FigureMaker.GatingPositives} positives: printed, never gates");
        foreach (var note in report.Notes)
        {
            Line(text, $"note: {note}");
        }

        Section(text, "", [report.Overall]);
        Section(text, "", report.Parts);
        Section(text, "language ", report.Languages);
        Section(text, "source ", report.Sources);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string kind, IReadOnlyList<GroupFigures> groups)
    {
        foreach (var group in groups.Where(group => group.Labels.Count > 0))
        {
            text.Append('\n');
            Line(text, $"{kind}{(group.Name.Length == 0 ? "(none)" : group.Name)}: macro AUPRC over policies {Number(group.MacroAuprc)}");
            Line(text, $"  {"label",-11} {"n",7} {"pos",6}  {"AUPRC",-19} {"AUROC",-19} {"P@100",5}  {"recall at 1 %",-13} {"5 %",-11} {"10 %",-11} {"ECE",5}");
            foreach (var figures in group.Labels)
            {
                var recall = figures.Recall.Select(each => $"{Number(each.Recall)}/{Number(each.Best)}").ToArray();
                Line(text, $"  {figures.Label,-11} {figures.N,7} {figures.Positives + (figures.Gates ? "" : "*"),6}  {Of(figures.Auprc),-19} {Of(figures.Auroc),-19} {Number(figures.PrecisionAt100),5}  {recall[0],-13} {recall[1],-11} {recall[2],-11} {Number(figures.CalibrationError),5}");
                if (figures is { OtherAuprc: { } other, Difference: { } difference })
                {
                    Line(text, $"  {"",-11} {"",7} {"against",6} {Of(other),-19} difference {Of(difference)}");
                }
            }
        }
    }

    private static string Of(Figure figure) => double.IsNaN(figure.Value) ? "-" : $"{Number(figure.Value)} [{Number(figure.Low)}, {Number(figure.High)}]";

    private static string Number(double value) => double.IsNaN(value) ? "-" : value.ToString("0.000", CultureInfo.InvariantCulture).Replace("0.", ".", StringComparison.Ordinal);

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    private static void Line(StringBuilder text, string line) => text.Append(line.TrimEnd()).Append('\n');
}
