using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Vigil.Pipeline.Demo.View;

/// <summary>Draws a snapshot for a terminal.</summary>
/// <param name="showSnippets">Only for a stream of our own making: a data file's texts are not for the screen.</param>
internal sealed class TerminalView(bool showSnippets)
{
    private const int BarWidth = 40;

    public IRenderable Render(DemoSnapshot snapshot)
    {
        var rows = new List<IRenderable>
        {
            new Text(Progress(snapshot)),
            new Columns(Stages(snapshot), Dispositions(snapshot), Depths(snapshot)) { Expand = false },
            Top(snapshot),
        };
        return new Rows(rows);
    }

    /// <summary>A text with everything made visible that a terminal would obey: controls, directions, zero widths.</summary>
    public static string Visible(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            shown.Append(category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? $"<U+{rune.Value:X4}>"
                : rune.ToString());
        }

        return shown.ToString();
    }

    private static string Progress(DemoSnapshot snapshot)
    {
        var total = snapshot.Total ?? Math.Max(snapshot.Published, 1);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"published {Bar(snapshot.Published, total)} {snapshot.Published}{(snapshot.Total is null ? "" : $" of {snapshot.Total}")}\ndone      {Bar(snapshot.Finished, total)} {snapshot.Finished}, {snapshot.PerSecond:0} a second, {snapshot.Elapsed:mm\\:ss}");
    }

    private static string Bar(int part, int whole)
    {
        var filled = (int)Math.Clamp((long)part * BarWidth / Math.Max(whole, 1), 0, BarWidth);
        return new string('█', filled) + new string('░', BarWidth - filled);
    }

    private static Table Stages(DemoSnapshot snapshot)
    {
        var table = Plain("stage (batch)", "p50", "p99");
        table.AddRow("published to done", PlainView.Seconds(snapshot.Latency.Median), PlainView.Seconds(snapshot.Latency.P99));
        foreach (var (stage, seconds) in snapshot.Stages)
        {
            table.AddRow(new Text(stage), new Text(PlainView.Seconds(seconds.Median)), new Text(PlainView.Seconds(seconds.P99)));
        }

        return table;
    }

    private static Table Dispositions(DemoSnapshot snapshot)
    {
        var table = Plain("disposition", "records");
        foreach (var (disposition, count) in snapshot.Dispositions.OrderBy(entry => entry.Key))
        {
            table.AddRow(disposition.ToString().ToLowerInvariant(), count.ToString(CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static Table Depths(DemoSnapshot snapshot)
    {
        var table = Plain("queue", "waiting");
        foreach (var (queue, depth) in snapshot.Depths)
        {
            table.AddRow(new Text(queue), new Text(depth.ToString(CultureInfo.InvariantCulture)));
        }

        return table;
    }

    private Table Top(DemoSnapshot snapshot)
    {
        var table = Plain("top of the queues", "evidence");
        table.Expand();
        foreach (var item in snapshot.Top)
        {
            var head = $"{item.Queue}\n{item.Id}\n{EvidenceText.Score(item)}";
            var evidence = $"{EvidenceText.Near(item)}\nraised by {EvidenceText.RaisedBy(item)}";
            table.AddRow(new Text(head), new Text(showSnippets ? $"{evidence}\n{Visible(item.Snippet)}" : evidence));
        }

        return table;
    }

    private static Table Plain(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        }

        return table;
    }
}
