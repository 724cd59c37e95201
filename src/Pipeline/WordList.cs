namespace Vigil.Pipeline;

/// <summary>Words in a sentence.</summary>
internal static class WordList
{
    /// <summary><c>a, b or c</c>.</summary>
    public static string Or(IEnumerable<string> words) => Join([.. words], "or");

    /// <summary><c>a, b and c</c>.</summary>
    public static string And(IEnumerable<string> words) => Join([.. words], "and");

    private static string Join(List<string> words, string last) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} {last} {words[^1]}";
}
