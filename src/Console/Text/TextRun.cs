namespace Vigil.ReviewConsole.Text;

public enum RunKind
{
    Plain,

    /// <summary>Within the window that carried the score.</summary>
    Marked,

    /// <summary>Stands for what cannot be seen or would move what is seen; its text is ours.</summary>
    Chip,
}

/// <summary>A stretch of shown text.</summary>
public readonly record struct TextRun(string Text, RunKind Kind);

/// <summary>One page of a text as it is shown.</summary>
/// <param name="Number">From 1.</param>
/// <param name="ReadAs">How the encoder reads it, where that is not what it looks like; null: as it stands.</param>
public sealed record TextPage(IReadOnlyList<TextRun> Runs, int Number, int Count, IReadOnlyList<TextRun>? ReadAs = null);
