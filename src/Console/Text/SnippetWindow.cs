using Vigil.Contracts;

namespace Vigil.ReviewConsole.Text;

/// <summary>Where the window that carried the score lies in a text.</summary>
internal static class SnippetWindow
{
    /// <returns>Null: in another part, or not where it says.</returns>
    public static Range? WindowIn(this Snippet snippet, int part, string text) =>
        snippet.Text.Length > 0 && snippet.Part == part && snippet.Start >= 0 && snippet.Start < text.Length
            ? snippet.Start..Math.Min(text.Length, snippet.Start + snippet.Text.Length)
            : null;
}
