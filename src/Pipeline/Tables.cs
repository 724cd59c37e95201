using Spectre.Console;

namespace Vigil.Pipeline;

/// <summary>Writes tables: as wide as the terminal; where there is none without frames, and as wide as they are, so that no id is broken in two.</summary>
internal static class Tables
{
    private const int Unbroken = 4_096;

    public static void Write(TextWriter output, Table table)
    {
        if (!Console.IsOutputRedirected && ReferenceEquals(output, Console.Out))
        {
            ConsoleOn(output).Write(table);
            return;
        }

        using var lines = new StringWriter();
        var console = ConsoleOn(lines);
        console.Profile.Width = Unbroken;
        console.Write(table.Border(TableBorder.None));
        // The library fills every line up to the widest, which only a terminal's background would need.
        foreach (var line in lines.ToString().AsSpan().TrimEnd().EnumerateLines())
        {
            output.WriteLine(line.TrimEnd());
        }
    }

    private static IAnsiConsole ConsoleOn(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
}
