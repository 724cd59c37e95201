using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;

namespace Vigil.Recall;

/// <summary>
/// The bank that ships with the product, without texts. A folder of three files: <c>bank.json</c> (the manifest),
/// <c>entries.jsonl</c> (one entry a line) and <c>vectors.bin</c> (the entries' vectors in the same order, each
/// <c>dimension</c> signed bytes and a little-endian float32 scale).
/// </summary>
public sealed class StarterBank
{
    public const string ManifestFile = "bank.json";
    private const string EntriesFile = "entries.jsonl";
    private const string VectorsFile = "vectors.bin";

    private const int MostDimensions = 16_384;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<Side>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    private StarterBank(StarterManifest manifest, IReadOnlyList<StarterEntry> entries)
    {
        Manifest = manifest;
        Entries = entries;
    }

    public StarterManifest Manifest { get; }

    public IReadOnlyList<StarterEntry> Entries { get; }

    /// <summary>Makes a bank and names it by its content.</summary>
    public static StarterBank Create(string embedder, int dimension, IReadOnlyList<StarterEntry> entries, IReadOnlyList<StarterAttribution> attribution)
    {
        var hash = Hash(embedder, Lines(entries), Rows(entries));
        return new StarterBank(new StarterManifest(hash, embedder, dimension, entries.Count, entries.Sum(entry => entry.Vectors.Count), attribution), entries);
    }

    /// <summary>Writes the three files, the manifest last.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, VectorsFile), Rows(Entries));
        File.WriteAllBytes(Path.Combine(folder, EntriesFile), Lines(Entries));
        File.WriteAllText(Path.Combine(folder, ManifestFile), JsonSerializer.Serialize(Manifest, Indented) + "\n");
    }

    /// <summary>Reads what a folder holds by its manifest alone.</summary>
    /// <exception cref="InvalidDataException">The manifest is missing or broken.</exception>
    public static StarterManifest ReadManifest(string folder) => Explained(folder, () =>
        JsonSerializer.Deserialize<StarterManifest>(File.ReadAllBytes(Path.Combine(folder, ManifestFile)), Json)
            ?? throw new InvalidDataException($"{ManifestFile} holds nothing."));

    /// <summary>Reads and checks a folder.</summary>
    /// <exception cref="InvalidDataException">A file is missing, broken, or not the one the manifest names.</exception>
    public static StarterBank Load(string folder)
    {
        var manifest = ReadManifest(folder);
        return Explained(folder, () =>
        {
            var lines = File.ReadAllBytes(Path.Combine(folder, EntriesFile));
            var rows = File.ReadAllBytes(Path.Combine(folder, VectorsFile));
            return Hash(manifest.Embedder, lines, rows) == manifest.Hash
                ? new StarterBank(manifest, ReadEntries(manifest, lines, rows))
                : throw new InvalidDataException($"{EntriesFile} or {VectorsFile} is not the one that {ManifestFile} names.");
        });
    }

    private static T Explained<T>(string folder, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or JsonException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The starter bank in {folder} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The entries as they go to <c>bank-index</c>.</summary>
    public IEnumerable<IndexedEntry> ToIndexed()
    {
        foreach (var entry in Entries)
        {
            var wire = new IndexedEntry
            {
                Id = entry.Id,
                Side = (Contracts.Wire.Side)entry.Side,
                Severity = entry.Severity,
                Source = entry.Source,
                Embedder = Manifest.Embedder,
                Origin = entry.Origin,
            };
            wire.Policies.AddRange(entry.Policies);
            wire.Vectors.AddRange(entry.Vectors.Select(vector => new EntryVector { Quantised = ByteString.CopyFrom(vector.Bytes.Span), Scale = vector.Scale }));
            wire.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Sha256, Value = ByteString.CopyFrom(Convert.FromHexString(entry.Sha256)) });
            wire.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Md5, Value = ByteString.CopyFrom(Convert.FromHexString(entry.Md5)) });
            yield return wire;
        }
    }

    private static List<StarterEntry> ReadEntries(StarterManifest manifest, byte[] lines, byte[] rows)
    {
        if (manifest.Dimension is < 1 or > MostDimensions)
        {
            throw new InvalidDataException($"{ManifestFile}: the dimension is not 1 to {MostDimensions}.");
        }

        var rowLength = manifest.Dimension + sizeof(float);
        List<StarterEntry> entries = [];
        var row = 0;
        foreach (var line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var entry = JsonSerializer.Deserialize<StarterLine>(line, Json) ?? throw new InvalidDataException($"{EntriesFile} has an empty line {entries.Count + 1}.");
            if (!IsSound(entry))
            {
                throw new InvalidDataException($"{EntriesFile}, line {entries.Count + 1}: hashes, policies or the number of vectors are none.");
            }

            var vectors = new QuantisedVector[entry.Vectors];
            for (var i = 0; i < vectors.Length; i++)
            {
                if ((row + 1) * (long)rowLength > rows.Length)
                {
                    throw new InvalidDataException($"{VectorsFile} ends before entry {entries.Count + 1}.");
                }

                var bytes = rows.AsMemory(row++ * rowLength, rowLength);
                vectors[i] = new QuantisedVector(bytes[..manifest.Dimension], BitConverter.ToSingle(bytes.Span[manifest.Dimension..]));
            }

            entries.Add(new StarterEntry(entry.Id, entry.Side, entry.Policies, entry.Severity, entry.Sha256, entry.Md5, entry.Source, entry.Origin, vectors));
        }

        return entries.Count == manifest.Entries && (long)row * rowLength == rows.Length
            ? entries
            : throw new InvalidDataException($"{EntriesFile} and {VectorsFile} do not hold what {ManifestFile} says.");
    }

    // The lists and texts that a line's form leaves open; what an entry needs beyond that its reader checks.
    private static bool IsSound(StarterLine line) =>
        line.Vectors is >= 0 and <= IndexedEntryReader.MaxVectors
        && !line.Policies.Contains(null!)
        && IsHex(line.Sha256, SHA256.HashSizeInBytes)
        && IsHex(line.Md5, MD5.HashSizeInBytes);

    private static bool IsHex(string text, int bytes) => text.Length == 2 * bytes && text.All(char.IsAsciiHexDigit);

    private static byte[] Lines(IReadOnlyList<StarterEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            var line = new StarterLine(entry.Id, entry.Side, entry.Policies, entry.Severity, entry.Sha256, entry.Md5, entry.Source, entry.Origin, entry.Vectors.Count);
            text.Append(JsonSerializer.Serialize(line, Json)).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Rows(IReadOnlyList<StarterEntry> entries)
    {
        using var rows = new MemoryStream();
        foreach (var vector in entries.SelectMany(entry => entry.Vectors))
        {
            rows.Write(vector.Bytes.Span);
            rows.Write(BitConverter.GetBytes(vector.Scale));
        }

        return rows.ToArray();
    }

    private static string Hash(string embedder, byte[] lines, byte[] rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(embedder + "\n"));
        hash.AppendData(SHA256.HashData(lines));
        hash.AppendData(SHA256.HashData(rows));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record StarterLine(
        string Id, Side Side, IReadOnlyList<string> Policies, int Severity, string Sha256, string Md5, string Source, string Origin, int Vectors);
}
