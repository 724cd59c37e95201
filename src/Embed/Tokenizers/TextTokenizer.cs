using System.Buffers;
using Microsoft.ML.Tokenizers;
using Vigil.Contracts;

namespace Vigil.Embed.Tokenizers;

/// <summary>
/// Text → ids as the encoder's manifest builds them, cleaning included. The library is given no special tokens (a user
/// who writes a control token gets plain text) and no begin or end (they are put on here); runs of the unknown id are
/// joined, as SentencePiece does and the library does not. Safe to call from several threads.
/// </summary>
internal sealed class TextTokenizer
{
    private readonly SentencePieceTokenizer _pieces;
    private readonly TokenizerManifest _rules;

    private TextTokenizer(Stream model, TokenizerManifest rules)
    {
        _pieces = SentencePieceTokenizer.Create(model, addBeginningOfSentence: false, addEndOfSentence: false);
        _rules = rules;
    }

    /// <summary>The vocabulary of an encoder's folder.</summary>
    /// <exception cref="EncoderException">It cannot be read.</exception>
    public static TextTokenizer Load(EncoderManifest manifest)
    {
        var path = Path.Combine(manifest.Folder, manifest.Tokenizer.File);
        try
        {
            using var model = File.OpenRead(path);
            return new(model, manifest.Tokenizer);
        }
        // The library throws whatever its parsing met.
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new EncoderException($"the vocabulary '{path}' cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Ids a window may hold between begin and end.</summary>
    public int Capacity => _rules.MaxTokens - 2;

    /// <summary>Ids between begin and end, as many as the text has.</summary>
    public IReadOnlyList<int> Tokenize(ReadOnlySpan<char> text)
    {
        var cleaned = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            return TokenizeCleaned(cleaned.AsSpan(0, Cleaning.Clean(text, cleaned)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(cleaned);
        }
    }

    /// <summary>The same without cleaning, which golden files of the bare tokenizer need.</summary>
    internal IReadOnlyList<int> TokenizeCleaned(ReadOnlySpan<char> text)
    {
        var pieces = _pieces.EncodeToIds(text);
        for (var i = 1; i < pieces.Count; i++)
        {
            if (IsRepeatedUnknown(pieces, i))
            {
                return WithoutRepeatedUnknown(pieces);
            }
        }

        return pieces;
    }

    /// <summary>A window over <paramref name="ids"/>, which are at most <see cref="Capacity"/>.</summary>
    public TokenWindow Window(int start, int length, IReadOnlyList<int> ids)
    {
        if (ids.Count > Capacity)
        {
            throw new InvalidOperationException($"A window of {ids.Count} tokens. This is a bug.");
        }

        var framed = new int[ids.Count + 2];
        framed[0] = _rules.Begin;
        for (var i = 0; i < ids.Count; i++)
        {
            framed[i + 1] = ids[i];
        }

        framed[^1] = _rules.End;
        return new TokenWindow(start, length, framed, framed.AsSpan(1, ids.Count).Count(_rules.Unknown));
    }

    // Apart, so that the closure is made only where it is needed.
    private int[] WithoutRepeatedUnknown(IReadOnlyList<int> pieces) => [.. pieces.Where((_, at) => !IsRepeatedUnknown(pieces, at))];

    private bool IsRepeatedUnknown(IReadOnlyList<int> pieces, int at) => at > 0 && pieces[at] == _rules.Unknown && pieces[at - 1] == _rules.Unknown;
}
