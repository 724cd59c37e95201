using Vigil.Embed;
using Vigil.Rank.Model;
using Vigil.Recall;

namespace Vigil.Pipeline.Commands;

/// <summary>What a folder below <c>models/</c> holds.</summary>
/// <param name="Kind"><c>encoder</c>, <c>ranker</c>, <c>bank</c>, or <c>other</c> for what has no manifest of these.</param>
/// <param name="Hash">Its name in provenance; empty where it has none.</param>
/// <param name="Embedder">Hash of the encoder that a ranker or a bank was made with; empty for others.</param>
/// <param name="Faults">Empty: nothing wrong as far as it was looked at.</param>
internal sealed record ModelFolder(string Name, string Kind, string Hash, string Embedder, string Licence, int Dimension, long Bytes, IReadOnlyList<string> Faults)
{
    public const string EncoderKind = "encoder";
    private const string RankerKind = "ranker";
    private const string BankKind = "bank";
    private const string OtherKind = "other";

    private static readonly (string Manifest, string Kind)[] Kinds =
    [
        (EncoderManifest.FileName, EncoderKind),
        (RankManifest.FileName, RankerKind),
        (StarterBank.ManifestFile, BankKind),
    ];

    /// <summary>Reads manifests, and for rankers and banks, which are small, all files.</summary>
    public static ModelFolder Read(string folder) => Look(folder, _ => []);

    /// <summary>Reads every file: hashes, and for an encoder its self-test through the whole path.</summary>
    public static ModelFolder Verify(string folder) => Look(folder, EncoderFaults);

    private static ModelFolder Look(string folder, Func<string, IReadOnlyList<string>> encoderFaults)
    {
        var kind = Kinds.FirstOrDefault(known => File.Exists(Path.Combine(folder, known.Manifest))).Kind ?? OtherKind;
        try
        {
            return kind switch
            {
                EncoderKind => OfEncoder(folder, encoderFaults(folder)),
                RankerKind => OfRanker(folder),
                BankKind => OfBank(folder),
                _ => Of(folder, kind, []),
            };
        }
        catch (Exception fault) when (fault is EncoderException or RankModelException or InvalidDataException)
        {
            return Of(folder, kind, [fault.Message]);
        }
    }

    private static ModelFolder OfEncoder(string folder, IReadOnlyList<string> faults)
    {
        var manifest = EncoderManifest.Load(folder);
        return Of(folder, EncoderKind, faults) with { Hash = manifest.Hash, Licence = manifest.Licence, Dimension = manifest.Dimension };
    }

    private static IReadOnlyList<string> EncoderFaults(string folder)
    {
        var faults = EncoderManifest.Load(folder).Verify();
        if (faults.Count == 0)
        {
            // Loading runs the self-test.
            using var encoder = OnnxEncoder.Load(folder, new EmbedOptions { Threads = 1 });
        }

        return faults;
    }

    private static ModelFolder OfRanker(string folder)
    {
        var model = RankModel.Load(folder);
        return Of(folder, RankerKind, []) with { Hash = model.Hash, Embedder = model.Manifest.Embedder, Dimension = model.Manifest.Dimension };
    }

    private static ModelFolder OfBank(string folder)
    {
        var manifest = StarterBank.Load(folder).Manifest;
        return Of(folder, BankKind, []) with { Hash = manifest.Hash, Embedder = manifest.Embedder, Dimension = manifest.Dimension };
    }

    private static ModelFolder Of(string folder, string kind, IReadOnlyList<string> faults)
    {
        var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new ModelFolder(Path.GetFileName(folder), kind, "", "", "", 0, bytes, faults);
    }
}
