using System.Text;
using System.Text.Json;

namespace Vigil.Broker.Log;

/// <summary>
/// An append-only file of JSON lines in which the last line of a key is its state. A torn last line is cut off at open;
/// the file is rewritten from the live states at open and whenever it has grown well beyond them.
/// </summary>
internal sealed class Journal<T> : IDisposable
{
    private const int RewriteSlack = 20_000;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly Func<IReadOnlyCollection<T>> _live;
    private FileStream _file;
    private long _lines;
    private long _rewriteAt = RewriteSlack;

    /// <param name="live">The states that still count, asked for at a rewrite; it must not wait for a lock that is held while appending.</param>
    public Journal(string path, Action<T> replay, Func<IReadOnlyCollection<T>> live)
    {
        _path = path;
        _live = live;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        foreach (var line in SoundLines())
        {
            replay(line);
        }
    }

    public void Append(params IReadOnlyCollection<T> states)
    {
        lock (_lock)
        {
            foreach (var state in states)
            {
                WriteLine(_file, state);
            }

            _file.Flush();
            _lines += states.Count;
            if (_lines >= _rewriteAt)
            {
                RewriteLocked();
            }
        }
    }

    /// <summary>Replaces the file by the live states.</summary>
    public void Rewrite()
    {
        lock (_lock)
        {
            RewriteLocked();
        }
    }

    public void Dispose() => _file.Dispose();

    private static void WriteLine(FileStream file, T state)
    {
        JsonSerializer.Serialize(file, state);
        file.WriteByte((byte)'\n');
    }

    private void RewriteLocked()
    {
        var next = _path + ".next";
        var states = _live();
        var file = new FileStream(next, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        foreach (var state in states)
        {
            WriteLine(file, state);
        }

        file.Flush();
        File.Move(next, _path, overwrite: true);
        _file.Dispose();
        _file = file;
        _lines = states.Count;
        _rewriteAt = (2 * _lines) + RewriteSlack;
    }

    private List<T> SoundLines()
    {
        using var reader = new StreamReader(_file, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var text = reader.ReadToEnd();
        var sound = new List<T>();
        var end = 0;
        for (int next; (next = text.IndexOf('\n', end)) >= 0; end = next + 1)
        {
            try
            {
                sound.Add(JsonSerializer.Deserialize<T>(text.AsSpan(end, next - end)) ?? throw new JsonException("null"));
            }
            catch (JsonException)
            {
                break;
            }
        }

        _file.SetLength(Encoding.UTF8.GetByteCount(text.AsSpan(0, end)));
        _file.Seek(0, SeekOrigin.End);
        _lines = sound.Count;
        return sound;
    }
}
