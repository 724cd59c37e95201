using System.Text;

namespace Vigil.Ingest;

/// <summary>Bounds texts that publishers choose, where they are copied into records of ours that have a size limit.</summary>
public static class Clip
{
    /// <summary>The longest prefix of whole characters within that many bytes of UTF-8.</summary>
    public static string ToBytes(string text, int bytes)
    {
        if (text.Length * 3 <= bytes || Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        var used = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > bytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
