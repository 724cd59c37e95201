using System.Text.Json.Nodes;
using CsCheck;

namespace Vigil.Embed.Tests;

public sealed class EncoderManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-embed-").FullName;

    [Fact]
    public void Verify_CommittedEncoder_IsAsStated()
    {
        var manifest = EncoderManifest.Load(EncoderFixture.Folder);

        Assert.Empty(manifest.Verify());
        Assert.Equal(("use-multilingual-v3-512", 512), (manifest.Name, manifest.Dimension));
        // Every file of the folder is accounted for.
        Assert.Equal(
            Directory.GetFiles(EncoderFixture.Folder).Select(Path.GetFileName).Where(name => name != EncoderManifest.FileName).Order(),
            manifest.Files.Select(file => file.Name).Order());
    }

    [Fact]
    public void Hash_OtherCard_StaysAndOtherWeightsChangesIt()
    {
        var hash = EncoderManifest.Load(EncoderFixture.Folder).Hash;

        Assert.Equal(hash, Load(manifest => manifest["files"]!["README.md"]!["sha256"] = new string('0', 64)).Hash);
        Assert.NotEqual(hash, Load(manifest => manifest["files"]!["model.onnx"]!["sha256"] = new string('0', 64)).Hash);
        Assert.NotEqual(hash, Load(manifest => manifest["files"]!["tokenizer.model"]!["sha256"] = new string('0', 64)).Hash);
        Assert.NotEqual(hash, Load(manifest => manifest["tokenizer"]!["specialTokens"]!["end"] = 3).Hash);
    }

    public static TheoryData<string, Action<JsonNode>> Refused => new()
    {
        { "cleaning", manifest => manifest["cleaning"]!["version"] = 2 },
        { "cleaning", manifest => manifest["cleaning"]!["name"] = "none" },
        { "prefix", manifest => manifest["tokenizer"]!["prefix"] = "query: " },
        { "kind", manifest => manifest["tokenizer"]!["kind"] = "WordPiece" },
        { "files", manifest => manifest["model"]!["file"] = "other.onnx" },
        { "plain", manifest => manifest["files"]!["../outside"] = manifest["files"]!["NOTICE"]!.DeepClone() },
        { "modality", manifest => manifest["modality"] = "image" },
        { "outputNormalised", manifest => manifest["outputNormalised"] = false },
        { "maxTokens", manifest => manifest["maxTokens"] = 512 },
        { "cannot be used", manifest => manifest.AsObject().Remove("selfTest") },
        { "cannot be used", manifest => manifest["dimension"] = "many" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Load_WhatThisBuildCannotDo_IsRefused(string named, Action<JsonNode> change)
    {
        var fault = Assert.Throws<EncoderException>(() => Load(change));

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"files\": 3}")]
    [InlineData("{\"files\": {\"a\": {\"bytes\": 99999999999999999999, \"sha256\": \"\"}}}")]
    [InlineData("{\"files\": {\"\\ud800\": {\"bytes\": 1, \"sha256\": \"\"}}}")]
    public void Load_BrokenManifest_NamesTheFile(string json)
    {
        File.WriteAllText(Path.Combine(_folder, EncoderManifest.FileName), json);

        Assert.Contains(EncoderManifest.FileName, Assert.Throws<EncoderException>(() => EncoderManifest.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManifestThatListsAFileTwice_IsRefused()
    {
        var text = File.ReadAllText(Path.Combine(EncoderFixture.Folder, EncoderManifest.FileName));
        var at = text.IndexOf("\"files\": {", StringComparison.Ordinal) + "\"files\": {".Length;
        File.WriteAllText(Path.Combine(_folder, EncoderManifest.FileName), text.Insert(at, "\"model.onnx\": {\"bytes\": 1, \"sha256\": \"\"},"));

        Assert.Contains("twice", Assert.Throws<EncoderException>(() => EncoderManifest.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManifestNested10000Deep_NamesTheFile()
    {
        File.WriteAllText(Path.Combine(_folder, EncoderManifest.FileName), new string('[', 10_000));

        Assert.Throws<EncoderException>(() => EncoderManifest.Load(_folder));
    }

    [Fact]
    public void Load_AnyChangeOfASoundManifest_IsAManifestOrNamesItsFault()
    {
        // Nothing but what is read, so that every change meets something.
        string[] read = ["spaceId", "modality", "dimension", "maxTokens", "metric", "outputNormalised", "model", "cleaning", "tokenizer", "licence", "files", "selfTest"];
        Write(manifest =>
        {
            foreach (var name in manifest.AsObject().Select(field => field.Key).Except(read).ToList())
            {
                manifest.AsObject().Remove(name);
            }
        });
        var path = Path.Combine(_folder, EncoderManifest.FileName);
        HostileBytes.Near(File.ReadAllBytes(path)).Sample(
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                HostileBytes.Within(1 << 20, () =>
                {
                    try
                    {
                        // Also what is asked of a manifest later: its files are not here.
                        var manifest = EncoderManifest.Load(_folder);
                        return manifest.Hash + manifest.Verify()[0];
                    }
                    catch (EncoderException fault)
                    {
                        return fault.Message;
                    }
                });
            },
            iter: 2_000,
            threads: 1);
    }

    [Fact]
    public void Load_NoManifest_SaysSo()
    {
        Assert.Contains("missing", Assert.Throws<EncoderException>(() => EncoderManifest.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadEncoder_ChangedWeights_IsRefusedByHash()
    {
        Write(_ => { });
        CopyFiles("tokenizer.model");
        var weights = File.ReadAllBytes(Path.Combine(EncoderFixture.Folder, "model.onnx"));
        weights[weights.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(_folder, "model.onnx"), weights);

        var fault = Assert.Throws<EncoderException>(() => OnnxEncoder.Load(_folder, new EmbedOptions()));

        Assert.Contains("model.onnx has SHA-256", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadEncoder_VocabularyThatIsNone_IsRefused()
    {
        var cut = File.ReadAllBytes(Path.Combine(EncoderFixture.Folder, "tokenizer.model"))[..100_000];
        Write(manifest =>
        {
            manifest["files"]!["tokenizer.model"]!["bytes"] = cut.Length;
            manifest["files"]!["tokenizer.model"]!["sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(cut));
        });
        CopyFiles("model.onnx");
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), cut);

        Assert.Contains("vocabulary", Assert.Throws<EncoderException>(() => OnnxEncoder.Load(_folder, new EmbedOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadEncoder_MissingVocabulary_IsRefused()
    {
        Write(_ => { });
        CopyFiles("model.onnx");

        Assert.Contains("tokenizer.model is missing", Assert.Throws<EncoderException>(() => OnnxEncoder.Load(_folder, new EmbedOptions())).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<JsonNode>> WrongSelfTests => new()
    {
        { "token ids", manifest => manifest["selfTest"]!["text"] = "The kettle is off." },
        { "token ids", manifest => manifest["selfTest"]!["ids"]![3] = 7 },
        { "number 7", manifest => manifest["selfTest"]!["first8"]![7] = 0.5 },
    };

    [Theory]
    [MemberData(nameof(WrongSelfTests))]
    public void LoadEncoder_SelfTestFails_IsRefused(string named, Action<JsonNode> change)
    {
        Write(change);
        CopyFiles("model.onnx", "tokenizer.model");

        Assert.Contains(named, Assert.Throws<EncoderException>(() => OnnxEncoder.Load(_folder, new EmbedOptions { Threads = 1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadEncoder_CudaAbsent_IsAnError()
    {
        Assert.SkipWhen(Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider") && Directory.Exists("/proc/driver/nvidia"), "CUDA is here");

        var fault = Assert.Throws<EncoderException>(() => OnnxEncoder.Load(EncoderFixture.Folder, new EmbedOptions { Provider = InferenceProvider.Cuda }));

        Assert.Contains("CUDA was asked for", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private EncoderManifest Load(Action<JsonNode> change)
    {
        Write(change);
        return EncoderManifest.Load(_folder);
    }

    private void Write(Action<JsonNode> change)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(EncoderFixture.Folder, EncoderManifest.FileName)))!;
        change(manifest);
        File.WriteAllText(Path.Combine(_folder, EncoderManifest.FileName), manifest.ToJsonString());
    }

    private void CopyFiles(params string[] names)
    {
        foreach (var name in names)
        {
            File.CreateSymbolicLink(Path.Combine(_folder, name), Path.Combine(EncoderFixture.Folder, name));
        }
    }
}
