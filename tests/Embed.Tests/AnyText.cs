using CsCheck;

namespace Vigil.Embed.Tests;

/// <summary>Strings that publishers send: any UTF-16 at all, lone surrogates included, and mixtures that hurt tokenizers.</summary>
internal static class AnyText
{
    private static readonly string[] Pieces =
    [
        " ", "  ", "\n", "\t", "\u00A0", "\u3000", "\u200B", "\u2060", "\uFEFF", "\u00AD", "\u2581", "a", "B", "aaaa", "!!!!", "the garden ", "Москва ", "с", "车站",
        "花火を見ました", "สวัสดี", "한국어", "தமிழ்", "\uFDFA", "\uFB01", "e\u0301", "\u0301", "👩‍👩‍👧", "\U000E0041", "\uD800", "\uDC00", "\0", "\u0007", "</s>", "<s>", "<unk>", "<pad>",
        "extra_token_id_1", "https://example.org/a?b=c", "1234567890",
    ];

    public static Gen<string> Gen { get; } = CsCheck.Gen.OneOf(
        CsCheck.Gen.Char.Array[0, 40].Select(units => new string(units)),
        CsCheck.Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 60].Select(pieces => string.Concat(pieces)));

    /// <summary>Long enough for several windows.</summary>
    public static Gen<string> Long { get; } = CsCheck.Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[200, 1_500].Select(pieces => string.Concat(pieces));
}
