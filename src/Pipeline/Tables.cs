using Spectre.Console;

namespace Vigil.Pipeline;

/// <summary>Writes tables: as wide as the terminal; where there is none without frames, and as wide as they are, so that no id is broken in two.</summary>
internal static class Tables
{
    private const int Unbroken = 4_096;

    public static void Write(TextWriter output, Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out))
        {
            console.Profile.Width = Unbroken;
            table.Border(TableBorder.None);
        }

        console.Write(table);
    }
}
