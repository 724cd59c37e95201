using Vigil.Pipeline.Evaluation;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Tests.Evaluation;

public sealed class DataNotesTests
{
    [Fact]
    public void Sentences_RowsThatCountInFull_None() => Assert.Empty(Notes(Row(["hate"], ["hate", "spam_scam"], true), Row([], ["hate"], false)));

    [Fact]
    public void Sentences_RowWithoutScope_SaysWhatIsUnknownAndWhatToAdd()
    {
        var note = Assert.Single(Notes(Row(["hate"], [], true), Row([], ["hate"], false)));

        Assert.StartsWith("1 of 2 rows have no scope", note, StringComparison.Ordinal);
        Assert.Contains("List in scope", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Sentences_LabelThatIsNoPolicy_IsNamedAndCounted()
    {
        var note = Assert.Single(Notes(Row(["rude"], ["rude", "hate"], null), Row(["hate"], ["rude", "hate"], null)));

        Assert.Contains("rude (2 rows)", note, StringComparison.Ordinal);
        Assert.Contains("hate, spam_scam", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Sentences_RowThatSaysNothing_IsCounted() =>
        Assert.Contains(Notes(Row([], [], null), Row(["hate"], ["hate"], null)), note => note.StartsWith("1 of 2 rows say nothing", StringComparison.Ordinal));

    private static IReadOnlyList<string> Notes(params LabelledRow[] rows)
    {
        var notes = new DataNotes(["hate", "spam_scam"]);
        foreach (var row in rows)
        {
            notes.Add(row);
        }

        return notes.Sentences(rows.Length);
    }

    private static LabelledRow Row(string[] labels, string[] scope, bool? harm) => new("id", ["a mild text"], labels, scope, harm, "source", "dev", "en", "id");
}
