using Vigil.Embed;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Commands;

/// <summary>What a folder below <c>models/</c> holds.</summary>
/// <param name="Kind"><c>encoder</c>, <c>ranker</c>, or <c>other</c> for what has no manifest of these.</param>
/// <param name="Hash">Its name in provenance; empty where it has none.</param>
/// <param name="Faults">Empty: nothing wrong as far as it was looked at.</param>
internal sealed record ModelFolder(string Name, string Kind, string Hash, string Licence, int Dimension, long Bytes, IReadOnlyList<string> Faults)
{
    /// <summary>Reads the manifest only.</summary>
    public static ModelFolder Read(string folder) => Guarded(folder, () =>
        IsEncoder(folder) ? OfEncoder(folder, [])
        : IsRanker(folder) ? OfRanker(folder)
        : Of(folder, "other", []));

    /// <summary>Reads every file: hashes, and for an encoder its self-test through the whole path.</summary>
    public static ModelFolder Verify(string folder) => Guarded(folder, () =>
        IsEncoder(folder) ? OfEncoder(folder, EncoderFaults(folder))
        : IsRanker(folder) ? OfRanker(folder)
        : Of(folder, "other", []));

    private static bool IsEncoder(string folder) => File.Exists(Path.Combine(folder, EncoderManifest.FileName));

    private static bool IsRanker(string folder) => File.Exists(Path.Combine(folder, RankManifest.FileName));

    private static ModelFolder OfEncoder(string folder, IReadOnlyList<string> faults)
    {
        var manifest = EncoderManifest.Load(folder);
        return Of(folder, "encoder", faults) with { Hash = manifest.Hash, Licence = manifest.Licence, Dimension = manifest.Dimension };
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

    /// <summary>A ranker is small: loading it checks every hash.</summary>
    private static ModelFolder OfRanker(string folder)
    {
        using var model = RankModel.Load(folder);
        return Of(folder, "ranker", []) with { Hash = model.Hash, Dimension = model.Manifest.Dimension };
    }

    private static ModelFolder Guarded(string folder, Func<ModelFolder> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is EncoderException or RankModelException)
        {
            return Of(folder, IsEncoder(folder) ? "encoder" : "ranker", [fault.Message]);
        }
    }

    private static ModelFolder Of(string folder, string kind, IReadOnlyList<string> faults)
    {
        var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new ModelFolder(Path.GetFileName(folder), kind, "", "", 0, bytes, faults);
    }
}
