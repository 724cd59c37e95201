using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank;

/// <summary>At most 280 characters of the window that carried the score: of a longer one, the piece whose wording weighs most.</summary>
internal sealed class SnippetCut(HeadTables heads)
{
    private const int Step = Snippet.MaxLength / 2;

    private readonly NgramHasher _hasher = new();
    private readonly float[] _heads = new float[3 * heads.Outputs];
    private readonly float[] _noVector = new float[heads.Dimension];

    /// <param name="output">The policy, or harm, whose wording counts; negative: cut from the start.</param>
    public Snippet Cut(in TextWindow window, int output)
    {
        var best = 0;
        if (window.Text.Length > Snippet.MaxLength && output >= 0)
        {
            var highest = float.NegativeInfinity;
            for (var start = 0; start < window.Text.Length - Step; start += Step)
            {
                var from = Math.Min(start, window.Text.Length - Snippet.MaxLength);
                heads.Score(_hasher.Buckets(window.Text.AsSpan(from, Snippet.MaxLength)), _noVector, _heads);
                if (_heads[output] > highest)
                {
                    highest = _heads[output];
                    best = from;
                }
            }
        }

        var (first, length) = Whole(window.Text, best);
        return new(window.Text.Substring(first, length), window.Part, window.Start + first);
    }

    /// <summary>Moves both ends inwards, off the middle of a surrogate pair.</summary>
    private static (int First, int Length) Whole(string text, int start)
    {
        var end = Math.Min(text.Length, start + Snippet.MaxLength);
        if (start > 0 && char.IsLowSurrogate(text[start]) && char.IsHighSurrogate(text[start - 1]))
        {
            start++;
        }

        if (end < text.Length && char.IsLowSurrogate(text[end]) && char.IsHighSurrogate(text[end - 1]))
        {
            end--;
        }

        return (start, end - start);
    }
}
