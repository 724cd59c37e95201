using Spectre.Console;
using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.View;

public sealed class ViewTests
{
    private const string Snippet = "a [red]line\u202E with \u001B[31mtricks";

    [Fact]
    public void Render_Snapshot_ShowsQueuesEvidenceAndProgress()
    {
        var text = Draw(new TerminalView(showSnippets: true));

        Assert.Contains("violence", text, StringComparison.Ordinal);
        Assert.Contains("starter-7 (violence, 0.91)", text, StringComparison.Ordinal);
        Assert.Contains("margin +2.5", text, StringComparison.Ordinal);
        Assert.Contains("violence 0.970", text, StringComparison.Ordinal);
        Assert.Contains("120 of 400", text, StringComparison.Ordinal);
        Assert.Contains("embed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_HostileSnippet_IsMadeVisibleAndNeverObeyed()
    {
        var text = Draw(new TerminalView(showSnippets: true));

        Assert.Contains("a [red]line<U+202E> with <U+001B>[31mtricks", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', text);
        Assert.DoesNotContain('\u001B', text);
    }

    [Fact]
    public void Render_StreamOfOthers_ShowsNoContent()
    {
        Assert.DoesNotContain("tricks", Draw(new TerminalView(showSnippets: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void Line_And_Queues_NameIdsAndEvidenceButNoContent()
    {
        string[] lines = [PlainView.Line(Snapshot()), .. PlainView.Queues(Snapshot())];

        Assert.Contains(lines, line => line.Contains("published 120 of 400, done 100 (250/s)", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("p1: violence 0.970; near starter-7 (violence, 0.91); raised by margin +2.5", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("tricks", StringComparison.Ordinal));
    }

    [Fact]
    public void Queues_NothingWaiting_SaysSo()
    {
        var empty = Snapshot() with { Depths = new Dictionary<string, int>(), Top = [] };

        Assert.Contains("Queues: all empty", PlainView.Queues(empty));
    }

    private static DemoSnapshot Snapshot() => new(
        TimeSpan.FromSeconds(3),
        120,
        400,
        100,
        250,
        new(0.2, 1.4),
        [("embed", new(0.05, 0.09))],
        new Dictionary<Disposition, int> { [Disposition.Queued] = 30, [Disposition.Cleared] = 70 },
        new Dictionary<string, int> { ["violence"] = 30 },
        [
            new(
                "p1",
                "violence",
                3.2,
                "violence",
                0.97,
                new("starter-7", Side.Violation, "violence", 0.91, 0, "starter"),
                [],
                [new("margin", 2.5, "violence")],
                Snippet),
        ]);

    private static string Draw(TerminalView view)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 200;
        console.Write(view.Render(Snapshot()));
        return output.ToString();
    }
}
