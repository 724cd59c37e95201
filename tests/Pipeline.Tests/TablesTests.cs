using Spectre.Console;

namespace Vigil.Pipeline.Tests;

public sealed class TablesTests
{
    [Fact]
    public void Write_NoTerminal_IsColumnsWithoutFrames()
    {
        using var output = new StringWriter();

        Tables.Write(output, new Table().AddColumns("id", "queue").AddRow("a-1", new string('q', 300)));

        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^ *id +queue$", lines[0]);
        Assert.Matches("^ *a-1 +q{300}$", lines[1]);
    }
}
