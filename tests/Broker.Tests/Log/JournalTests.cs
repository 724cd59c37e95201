using Vigil.Broker.Log;

namespace Vigil.Broker.Tests.Log;

public sealed class JournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => System.IO.Path.Combine(_folder.Path, "journal");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ATornLastLine_IsCutOffAndWrittenOver()
    {
        Write(new State("a", 1), new State("b", 2));
        File.AppendAllText(Path, "{\"Key\":\"c\",\"Val");

        Assert.Equal([new("a", 1), new("b", 2)], Read());
        Write(new State("d", 4));
        Assert.Equal([new("a", 1), new("b", 2), new("d", 4)], Read());
    }

    [Fact]
    public void Append_FarBeyondTheLiveStates_RewritesTheFile()
    {
        var live = new State("only", 0);
        using (var journal = new Journal<State>(Path, _ => { }, () => [live]))
        {
            for (var i = 0; i < 20_500; i++)
            {
                live = new State("only", i);
                journal.Append(live);
            }
        }

        var lines = Read();
        Assert.InRange(lines.Count, 1, 501);
        Assert.Equal(live, lines[^1]);
    }

    private void Write(params State[] states)
    {
        using var journal = new Journal<State>(Path, _ => { }, () => []);
        journal.Append(states);
    }

    private List<State> Read()
    {
        var states = new List<State>();
        using var journal = new Journal<State>(Path, states.Add, () => states);
        return states;
    }

    internal sealed record State(string Key, int Value);
}
