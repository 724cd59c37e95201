using System.Globalization;

namespace Vigil.Rank.Features;

/// <summary>
/// The distinct buckets of a text's word 1-2-grams and character 2-5-grams, by the hashing trick. Lower-cased, invisible
/// characters out, white space joined. Owns its scratch: one instance for one thread.
/// </summary>
public sealed class NgramHasher
{
    /// <summary>Buckets are 0 to 2^18 − 1.</summary>
    public const int Bits = 18;
    public const int BucketCount = 1 << Bits;

    private const int LongestGram = 5;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const ulong CharacterSeed = 0x243F6A8885A308D3;
    private const ulong WordSeed = 0x13198A2E03707344;
    private const ulong PairSeed = 0xA4093822299F31D0;

    // One bit a bucket: 32 KiB stay in the first-level cache, where a sort or a hash set would not.
    private readonly ulong[] _seen = new ulong[BucketCount / 64];
    private char[] _text = new char[1024];
    private int[] _buckets = new int[4096];
    private int _count;

    /// <returns>Distinct buckets in order of first use; valid until the next call.</returns>
    public ReadOnlySpan<int> Buckets(ReadOnlySpan<char> text)
    {
        var clean = Normalise(text);
        _count = 0;
        if (clean.Length > 2)
        {
            AddCharacterGrams(clean);
            AddWordGrams(clean);
        }

        var found = _buckets.AsSpan(0, _count);
        foreach (var bucket in found)
        {
            _seen[bucket >> 6] = 0;
        }

        return found;
    }

    /// <summary>The text with one space before, after and between words.</summary>
    private ReadOnlySpan<char> Normalise(ReadOnlySpan<char> text)
    {
        Grow(ref _text, text.Length + 2);
        _text[0] = ' ';
        var length = 1;
        foreach (var original in text)
        {
            var c = original is >= '\uFF01' and <= '\uFF5E' ? (char)(original - 0xFEE0) : original; // full-width forms
            if (c <= ' ' || char.IsWhiteSpace(c) || char.IsControl(c))
            {
                if (_text[length - 1] != ' ')
                {
                    _text[length++] = ' ';
                }
            }
            else if (c < 128)
            {
                _text[length++] = c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
            }
            else if (char.GetUnicodeCategory(c) != UnicodeCategory.Format)
            {
                _text[length++] = char.ToLowerInvariant(c);
            }
        }

        if (_text[length - 1] != ' ')
        {
            _text[length++] = ' ';
        }

        return _text.AsSpan(0, length);
    }

    private void AddCharacterGrams(ReadOnlySpan<char> text)
    {
        Grow(ref _buckets, text.Length * 6);
        for (var start = 0; start < text.Length - 1; start++)
        {
            var hash = (CharacterSeed ^ text[start]) * Multiplier;
            var end = Math.Min(text.Length, start + LongestGram);
            for (var i = start + 1; i < end; i++)
            {
                hash = (hash ^ text[i]) * Multiplier;
                hash ^= hash >> 29;
                Add(hash * Multiplier);
            }
        }
    }

    private void AddWordGrams(ReadOnlySpan<char> text)
    {
        ulong word = WordSeed, previous = 0;
        var length = 0;
        foreach (var c in text)
        {
            if (IsWord(c))
            {
                word = (word ^ c) * Multiplier;
                word ^= word >> 29;
                length++;
            }
            else if (length > 0)
            {
                Add(word * Multiplier);
                if (previous != 0)
                {
                    Add((((previous ^ PairSeed) * Multiplier) ^ word) * Multiplier);
                }

                previous = word;
                word = WordSeed;
                length = 0;
            }
        }
    }

    // Surrogates and marks count, so that an emoji or an accented word in decomposed form is one word.
    private static bool IsWord(char c) =>
        c < 128 ? char.IsAsciiLetterOrDigit(c) : char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private void Add(ulong hash)
    {
        var bucket = (int)(hash >> (64 - Bits));
        ref var word = ref _seen[bucket >> 6];
        var bit = 1UL << (bucket & 63);
        if ((word & bit) == 0)
        {
            word |= bit;
            _buckets[_count++] = bucket;
        }
    }

    private static void Grow<T>(ref T[] array, int needed)
    {
        if (array.Length < needed)
        {
            var larger = new T[(int)Math.Min(Array.MaxLength, Math.Max(needed, array.Length * 2L))];
            array = larger;
        }
    }
}
