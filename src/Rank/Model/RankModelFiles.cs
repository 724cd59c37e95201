using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vigil.Rank.Model;

/// <summary>Writes the folder that <see cref="RankModel.Load"/> reads.</summary>
public static class RankModelFiles
{
    /// <param name="manifest">Its file hashes are filled in here.</param>
    /// <param name="trees">Model texts of LightGBM, by output; empty for <c>wording</c>.</param>
    /// <param name="calibrators">Of each policy, then of harm.</param>
    public static void Write(
        string folder, RankManifest manifest, HeadTables heads, IReadOnlyDictionary<string, string> trees, IReadOnlyList<Calibrator> calibrators)
    {
        Directory.CreateDirectory(folder);
        foreach (var old in Directory.GetFiles(folder, RankModel.TreesFile("*")))
        {
            File.Delete(old);
        }

        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using (var stream = new MemoryStream())
        {
            heads.Write(stream);
            Put(RankModel.HeadsFile, stream.ToArray());
        }

        Put(RankModel.CalibrationFile, JsonSerializer.SerializeToUtf8Bytes(calibrators, RankManifest.Json));
        foreach (var (output, text) in trees)
        {
            Put(RankModel.TreesFile(output), Encoding.UTF8.GetBytes(text));
        }

        File.WriteAllBytes(Path.Combine(folder, RankManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest with { Files = files }, RankManifest.Json));

        void Put(string name, byte[] bytes)
        {
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
            files[name] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }
    }
}
