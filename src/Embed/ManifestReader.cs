using System.Text.Json;
using Vigil.Contracts;

namespace Vigil.Embed;

/// <summary>Reads <c>model.json</c> strictly; its faults say which value is wrong.</summary>
internal sealed class ManifestReader(JsonElement root)
{
    private const string SentencePiece = "SentencePiece unigram";

    public EncoderManifest Read(string folder)
    {
        var files = root.GetProperty("files").EnumerateObject()
            .Select(file => new EncoderFile(PlainName(file.Name), file.Value.GetProperty("bytes").GetInt64(), Text(file.Value, "sha256")))
            .ToList();
        Require(files.DistinctBy(file => file.Name).Count() == files.Count, "files lists a name twice");
        var model = Listed(Text(root.GetProperty("model"), "file"), files);
        var tokenizer = Tokenizer(files);
        Require(Text(root, "modality") == "text", "modality is not 'text'");
        Require(Text(root, "metric") == "cosine" && root.GetProperty("outputNormalised").GetBoolean(), "the graph must give unit vectors (metric cosine, outputNormalised true)");
        RequireCleaning();
        return new EncoderManifest(folder, Text(root, "spaceId"), Positive(root, "dimension"), Text(root, "licence"), files, model, tokenizer, SelfTest());
    }

    private TokenizerManifest Tokenizer(List<EncoderFile> files)
    {
        var tokenizer = root.GetProperty("tokenizer");
        Require(Text(tokenizer, "kind") == SentencePiece, $"tokenizer.kind is not '{SentencePiece}', the only one this build has");
        Require(Text(tokenizer, "prefix").Length == 0, "tokenizer.prefix is not empty; this build has none");
        var special = tokenizer.GetProperty("specialTokens");
        var maxTokens = Positive(root, "maxTokens");
        // Windows are 254 tokens, 200 apart: a binding number of the design.
        Require(maxTokens == 256, "maxTokens is not 256");
        return new TokenizerManifest(
            Listed(Text(tokenizer, "file"), files),
            Positive(tokenizer, "vocabulary"),
            tokenizer.GetProperty("unknown").GetProperty("id").GetInt32(),
            special.GetProperty("begin").GetInt32(),
            special.GetProperty("end").GetInt32(),
            tokenizer.GetProperty("padding").GetProperty("id").GetInt32(),
            maxTokens);
    }

    private void RequireCleaning()
    {
        var cleaning = root.GetProperty("cleaning");
        Require(
            Text(cleaning, "name") == Cleaning.Name && cleaning.GetProperty("version").GetInt32() == Cleaning.Version,
            $"cleaning is not '{Cleaning.Name}' version {Cleaning.Version}, the only one this build has");
    }

    private SelfTestManifest SelfTest()
    {
        var test = root.GetProperty("selfTest");
        return new SelfTestManifest(
            Text(test, "text"),
            [.. test.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
            [.. test.GetProperty("first8").EnumerateArray().Select(value => value.GetSingle())],
            test.GetProperty("tolerance").GetDouble());
    }

    private static string Listed(string name, List<EncoderFile> files)
    {
        Require(files.Exists(file => file.Name == name), $"files does not list '{name}'");
        return name;
    }

    /// <summary>A name that could leave the folder is refused.</summary>
    private static string PlainName(string name)
    {
        Require(name.Length > 0 && name == Path.GetFileName(name) && name is not "." and not "..", $"'{name}' is not a plain file name");
        return name;
    }

    private static string Text(JsonElement parent, string name) =>
        parent.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static int Positive(JsonElement parent, string name)
    {
        var value = parent.GetProperty(name).GetInt32();
        Require(value > 0, $"{name} is not positive");
        return value;
    }

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new FormatException(fault);
        }
    }
}
