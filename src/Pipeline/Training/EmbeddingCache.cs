using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Vigil.Contracts;
using Vigil.Embed;

namespace Vigil.Pipeline.Training;

/// <summary>
/// The production embedder with a memory on disk, so that a quarter of a million rows are encoded once and not for every run. A file
/// for each encoder hash, by the hash of an item's texts; holds vectors and window bounds, no text. One process adds to it at a time,
/// others read what was there.
/// </summary>
internal sealed class EmbeddingCache : IDisposable
{
    private const int HeaderBytes = 16 + sizeof(int);
    private const int WindowInts = 5;

    private readonly ContentEmbedder _embedder;
    private readonly int _dimension;
    private readonly FileStream _file;
    private readonly bool _canAdd;
    private readonly Dictionary<UInt128, long> _places = [];
    private long _end;

    public EmbeddingCache(ContentEmbedder embedder, int dimension, string folder)
    {
        _embedder = embedder;
        _dimension = dimension;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{embedder.EncoderHash[..16]}.bin");
        try
        {
            _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
            _canAdd = true;
        }
        catch (IOException)
        {
            _file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        }

        ReadPlaces();
    }

    /// <summary>Items of texts only. The caller disposes of the result; digests are left out.</summary>
    public EmbeddedBatch Embed(IReadOnlyList<Content> contents, CancellationToken cancellation)
    {
        var keys = contents.Select(KeyOf).ToArray();
        Add([.. contents.Where((_, i) => !_places.ContainsKey(keys[i]))], cancellation);
        var headers = new int[contents.Count][];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = ReadHeader(_places[keys[i]]);
        }

        var vectors = EmbeddingBatch.Rent(headers.Sum(Windows), _dimension);
        var items = new EmbeddedItem[contents.Count];
        var row = 0;
        for (var i = 0; i < items.Length; i++)
        {
            var count = Windows(headers[i]);
            items[i] = new(contents[i], [], [], WindowsOf(contents[i], headers[i]), row, headers[i][0] < 0);
            var bytes = MemoryMarshal.AsBytes(vectors.Values.Slice(row * _dimension, count * _dimension));
            ReadExactly(bytes, _places[keys[i]] + HeaderBytes + (count * WindowInts * sizeof(int)));
            row += count;
        }

        return new(items, vectors);
    }

    public void Dispose() => _file.Dispose();

    // The number of windows is negative, less one, where an item was read in part only.
    private static int Windows(int[] header) => header[0] < 0 ? -1 - header[0] : header[0];

    private static TextWindow[] WindowsOf(Content content, int[] header)
    {
        var windows = new TextWindow[Windows(header)];
        string? joined = null;
        for (var i = 0; i < windows.Length; i++)
        {
            var numbers = header.AsSpan(1 + (i * WindowInts), WindowInts);
            var text = numbers[0] == TextWindow.JoinedText
                ? joined ??= string.Join('\n', content.Parts.OfType<TextPart>().Select(part => part.Text))
                : ((TextPart)content.Parts[numbers[0]]).Text;
            windows[i] = new(numbers[0], numbers[1], text.Substring(numbers[1], numbers[2]), numbers[3], numbers[4]);
        }

        return windows;
    }

    private void Add(IReadOnlyList<Content> missing, CancellationToken cancellation)
    {
        if (missing.Count == 0)
        {
            return;
        }

        if (!_canAdd)
        {
            throw new CommandFailedException("another process is adding to the embedding cache; wait for it to end");
        }

        using var batch = _embedder.Embed(missing, cancellation);
        using var block = new MemoryStream();
        foreach (var item in batch.Items)
        {
            var key = KeyOf(item.Content);
            if (_places.TryAdd(key, _end + block.Position))
            {
                Write(block, key, item, batch.Vectors);
            }
        }

        RandomAccess.Write(_file.SafeFileHandle, block.GetBuffer().AsSpan(0, (int)block.Length), _end);
        _end += block.Length;
    }

    private void Write(MemoryStream block, UInt128 key, EmbeddedItem item, EmbeddingBatch vectors)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, key);
        block.Write(bytes);
        Int(item.Partial ? -1 - item.Windows.Count : item.Windows.Count);
        foreach (var window in item.Windows)
        {
            Int(window.Part);
            Int(window.Start);
            Int(window.Text.Length);
            Int(window.Tokens);
            Int(window.UnknownTokens);
        }

        block.Write(MemoryMarshal.AsBytes(vectors.Values.Slice(item.FirstRow * _dimension, item.Windows.Count * _dimension)));

        void Int(int value)
        {
            Span<byte> four = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(four, value);
            block.Write(four);
        }
    }

    /// <summary>A record that was cut off when a run was killed is overwritten by the next.</summary>
    private void ReadPlaces()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        _file.Position = 0;
        while (_file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var count = Windows([BinaryPrimitives.ReadInt32LittleEndian(header[16..])]);
            var next = _end + HeaderBytes + ((long)count * ((WindowInts * sizeof(int)) + (_dimension * sizeof(float))));
            if (next > _file.Length)
            {
                return;
            }

            _places[BinaryPrimitives.ReadUInt128LittleEndian(header)] = _end;
            _end = next;
            _file.Position = next;
        }
    }

    private int[] ReadHeader(long place)
    {
        Span<int> count = stackalloc int[1];
        ReadExactly(MemoryMarshal.AsBytes(count), place + 16);
        var header = new int[1 + (Windows([count[0]]) * WindowInts)];
        ReadExactly(MemoryMarshal.AsBytes(header.AsSpan()), place + 16);
        return header;
    }

    private void ReadExactly(Span<byte> bytes, long place)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, bytes, place);
            if (read == 0)
            {
                throw new CommandFailedException("the embedding cache ended early; delete it and run again");
            }

            bytes = bytes[read..];
            place += read;
        }
    }

    private static UInt128 KeyOf(Content content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in content.Parts.Cast<TextPart>())
        {
            // U+0000 to U+FFFF of the string itself: lone surrogates stay apart.
            hash.AppendData(BitConverter.GetBytes(part.Text.Length));
            hash.AppendData(MemoryMarshal.AsBytes(part.Text.AsSpan()));
        }

        Span<byte> bytes = stackalloc byte[32];
        hash.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
