using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vigil.Rank.Features;
using Vigil.Rank.Model.Trees;

namespace Vigil.Rank.Model;

/// <summary>A folder such as <c>models/ranker</c>, loaded and checked. Immutable; share one instance between threads.</summary>
public sealed class RankModel
{
    public const string HeadsFile = "heads.bin";
    public const string CalibrationFile = "calibration.json";

    private readonly string _folder;

    private RankModel(string folder, RankManifest manifest, FeatureSchema schema, HeadTables heads, TreeEnsemble? trees, IReadOnlyList<Calibrator> calibrators, string hash)
    {
        _folder = folder;
        Manifest = manifest;
        Schema = schema;
        Heads = heads;
        Risk = new(manifest, schema, trees);
        Calibrators = calibrators;
        Hash = hash;
    }

    public RankManifest Manifest { get; }
    public FeatureSchema Schema { get; }
    public HeadTables Heads { get; }
    public RiskModel Risk { get; }

    /// <summary>Of each policy, then of harm.</summary>
    public IReadOnlyList<Calibrator> Calibrators { get; }

    /// <summary>SHA-256 of the manifest, which holds those of all other files.</summary>
    public string Hash { get; }

    public string CalibratorHash => Manifest.Files[CalibrationFile];

    public static string TreesFile(string output) => $"trees-{output}.txt";

    /// <exception cref="RankModelException">The folder is no ranker, or a file of it is missing or not the one that was trained.</exception>
    public static RankModel Load(string folder)
    {
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, RankManifest.FileName));
            var manifest = JsonSerializer.Deserialize<RankManifest>(bytes, RankManifest.Json) ?? throw new InvalidDataException("rank.json: empty");
            manifest.Check();
            var schema = new FeatureSchema(manifest.Policies);
            if (manifest.Format != 1 || manifest.Schema != schema.Hash || manifest.Kind is not (RankManifest.StackKind or RankManifest.WordingKind))
            {
                throw new InvalidDataException("rank.json: made for another version of the features; train again with `vigil rank train`");
            }

            var heads = HeadTables.Read(Read(folder, HeadsFile, manifest), schema.Outputs, manifest.Dimension);
            var calibrators = JsonSerializer.Deserialize<Calibrator[]>(Read(folder, CalibrationFile, manifest), RankManifest.Json) ?? [];
            var stacked = manifest.Kind == RankManifest.StackKind ? schema.Policies.Count : 0;
            return calibrators.Length == schema.Outputs && !calibrators.Contains(null!) && manifest.Linear.Count == stacked && manifest.Transfer.Count == stacked
                && manifest.Linear.All(linear => linear.Weights.Length == schema.Linear && linear.Means.Length == schema.Linear)
                ? new(folder, manifest, schema, heads, LoadTrees(folder, manifest, schema), calibrators, Convert.ToHexStringLower(SHA256.HashData(bytes)))
                : throw new InvalidDataException("the parts of the model do not fit together");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or UnauthorizedAccessException)
        {
            throw new RankModelException($"{folder}: {e.Message}", e);
        }
    }

    /// <summary>This model, for vectors of one encoder: those of another would be scored without a word, and wrongly.</summary>
    /// <param name="embedder">Hash of the encoder.</param>
    /// <exception cref="RankModelException">It was trained on another's.</exception>
    public RankModel For(string embedder) => Manifest.Embedder == embedder
        ? this
        : throw new RankModelException($"{_folder}: trained on the vectors of another encoder; train again with `vigil rank train`", null);

    /// <summary>Loads a model for vectors of one encoder.</summary>
    /// <exception cref="RankModelException">As <see cref="Load"/> and <see cref="For"/>.</exception>
    public static RankModel LoadFor(string embedder, string folder) => Load(folder).For(embedder);

    private static TreeEnsemble? LoadTrees(string folder, RankManifest manifest, FeatureSchema schema) => manifest.Kind == RankManifest.WordingKind
        ? null
        : TreeEnsemble.Read(
            [.. manifest.Policies.Append(FeatureSchema.Harm).Select(output => Encoding.UTF8.GetString(Read(folder, TreesFile(output), manifest)))], schema.Trees);

    private static byte[] Read(string folder, string name, RankManifest manifest)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, name));
        return manifest.Files.GetValueOrDefault(name) == Convert.ToHexStringLower(SHA256.HashData(bytes))
            ? bytes
            : throw new InvalidDataException($"{name}: its SHA-256 is not the one in rank.json");
    }
}

/// <summary>A ranker's folder cannot be used; the message says which file and why.</summary>
public sealed class RankModelException(string message, Exception? inner) : Exception(message, inner);
