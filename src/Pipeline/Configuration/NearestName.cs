namespace Vigil.Pipeline.Configuration;

/// <summary>Finds what a mistyped name was meant to be.</summary>
internal static class NearestName
{
    private const int Farthest = 3;

    /// <returns>The name with the fewest edits, letters of either case being equal; null: none is near.</returns>
    public static string? Of(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(candidate => (candidate, Edits: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant()))).OrderBy(pair => pair.Edits).FirstOrDefault();
        return nearest.candidate is not null && nearest.Edits <= Math.Min(Farthest, name.Length / 2) ? nearest.candidate : null;
    }

    // Levenshtein's distance, by rows.
    private static int Edits(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
