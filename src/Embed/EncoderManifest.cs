using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vigil.Contracts;

namespace Vigil.Embed;

/// <summary>A file of an encoder's folder as its manifest states it.</summary>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record EncoderFile(string Name, long Bytes, string Sha256);

/// <summary>How ids are built.</summary>
internal sealed record TokenizerManifest(string File, int Vocabulary, int Unknown, int Begin, int End, int Padding, int MaxTokens);

/// <summary>A text with what the whole path, cleaning included, must make of it.</summary>
internal sealed record SelfTestManifest(string Text, int[] Ids, float[] First, double Tolerance);

/// <summary>
/// <c>model.json</c> of an encoder's folder: graph, tokenizer, cleaning, files with their hashes, self-test. What this
/// build cannot do exactly as stated is refused when it is read.
/// </summary>
public sealed class EncoderManifest
{
    public const string FileName = "model.json";

    internal EncoderManifest(string folder, string name, int dimension, string licence, IReadOnlyList<EncoderFile> files, string modelFile, TokenizerManifest tokenizer, SelfTestManifest selfTest)
    {
        Folder = folder;
        Name = name;
        Dimension = dimension;
        Licence = licence;
        Files = files;
        ModelFile = modelFile;
        Tokenizer = tokenizer;
        SelfTest = selfTest;
    }

    public string Folder { get; }

    public string Name { get; }

    public int Dimension { get; }

    public string Licence { get; }

    public IReadOnlyList<EncoderFile> Files { get; }

    internal string ModelFile { get; }

    internal TokenizerManifest Tokenizer { get; }

    internal SelfTestManifest SelfTest { get; }

    /// <summary>See <see cref="IEncoder.Hash"/>. Cards, licences and golden files are no part of it.</summary>
    public string Hash
    {
        get
        {
            var identity = string.Join(
                '\n',
                Sha256Of(ModelFile),
                Sha256Of(Tokenizer.File),
                string.Create(CultureInfo.InvariantCulture, $"cleaning {Cleaning.Name} {Cleaning.Version}"),
                string.Create(CultureInfo.InvariantCulture, $"ids {Tokenizer.Begin} … {Tokenizer.End}, unknown {Tokenizer.Unknown}, at most {Tokenizer.MaxTokens}"));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
        }
    }

    /// <exception cref="EncoderException">No folder, no or a broken manifest, or one that asks for what this build cannot do.</exception>
    public static EncoderManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new EncoderException($"no encoder in '{folder}': {FileName} is missing");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new ManifestReader(document.RootElement).Read(folder);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or IOException)
        {
            throw new EncoderException($"'{path}' cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>What is wrong with the files the manifest names: missing, other size, other hash. Empty: all as stated.</summary>
    public IReadOnlyList<string> Verify() => [.. Files.Select(Verify).OfType<string>()];

    /// <exception cref="EncoderException">The weights or the vocabulary are not the ones the manifest names.</exception>
    internal void VerifyWeights()
    {
        foreach (var file in Files.Where(file => file.Name == ModelFile || file.Name == Tokenizer.File))
        {
            if (Verify(file) is { } fault)
            {
                throw new EncoderException($"encoder '{Name}' in '{Folder}': {fault}");
            }
        }
    }

    private string? Verify(EncoderFile file)
    {
        var path = Path.Combine(Folder, file.Name);
        if (!File.Exists(path))
        {
            return $"{file.Name} is missing";
        }

        using var stream = File.OpenRead(path);
        if (stream.Length != file.Bytes)
        {
            return $"{file.Name} has {stream.Length} bytes, {FileName} states {file.Bytes}";
        }

        var found = Convert.ToHexStringLower(SHA256.HashData(stream));
        return found == file.Sha256 ? null : $"{file.Name} has SHA-256 {found}, {FileName} states {file.Sha256}";
    }

    private string Sha256Of(string name) => Files.Single(file => file.Name == name).Sha256;
}
