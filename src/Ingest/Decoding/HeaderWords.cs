using System.Text;

namespace Vigil.Ingest;

/// <summary>A header that says the same of nearly every record: its text is not made anew each time. Thread-safe.</summary>
internal sealed class HeaderWords(string name)
{
    private volatile Word? _last;

    /// <summary>The last header of that name as UTF-8; null without.</summary>
    public string? Of(ConsumedRecord record)
    {
        if (!record.Headers.TryGetLastBytes(name, out var bytes) || bytes is null)
        {
            return null;
        }

        var last = _last;
        if (last is null || !bytes.AsSpan().SequenceEqual(last.Bytes))
        {
            _last = last = new(bytes, Encoding.UTF8.GetString(bytes));
        }

        return last.Text;
    }

    private sealed record Word(byte[] Bytes, string Text);
}
