using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank;

/// <summary>At most 280 characters of the window that carried the score: of a longer one, the piece whose wording weighs most.</summary>
internal sealed class SnippetCut(HeadTables heads)
{
    private const int Step = Snippet.MaxLength / 2;

    // Most batches hold no text so long.
    private readonly Lazy<Scratch> _scratch = new(() => new(new(), new float[3 * heads.Outputs], new float[heads.Dimension]));

    /// <param name="output">The policy, or harm, whose wording counts; negative: cut from the start.</param>
    public Snippet Cut(in TextWindow window, int output)
    {
        var best = 0;
        if (window.Text.Length > Snippet.MaxLength && output >= 0)
        {
            var (hasher, scores, noVector) = _scratch.Value;
            var highest = float.NegativeInfinity;
            for (var start = 0; start < window.Text.Length - Step; start += Step)
            {
                var from = Math.Min(start, window.Text.Length - Snippet.MaxLength);
                heads.Score(hasher.Buckets(window.Text.AsSpan(from, Snippet.MaxLength)), noVector, scores);
                if (scores[output] > highest)
                {
                    highest = scores[output];
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

    private sealed record Scratch(NgramHasher Hasher, float[] Scores, float[] NoVector);
}
