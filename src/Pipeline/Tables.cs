using Spectre.Console;

namespace Vigil.Pipeline;

/// <summary>Writes tables: as wide as the terminal, and where there is none as wide as they are, so that no id is broken in two.</summary>
internal static class Tables
{
    private const int Unbroken = 4_096;

    public static void Write(TextWriter output, Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out))
        {
            console.Profile.Width = Unbroken;
        }

        console.Write(table);
    }
}
