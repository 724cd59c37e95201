using Vigil.Embed.Tests;
using Vigil.Embed.Tokenizers;

[assembly: AssemblyFixture(typeof(EncoderFixture))]

namespace Vigil.Embed.Tests;

/// <summary>The committed encoder, loaded once for all tests: it is safe to share, and loading takes seconds.</summary>
public sealed class EncoderFixture : IDisposable
{
    internal static string Folder { get; } = Path.Combine(Repository.Root, "models", "use-multilingual-v3-512");

    public OnnxEncoder Encoder { get; } = OnnxEncoder.Load(Folder, new EmbedOptions { Threads = 2 });

    internal TextTokenizer Tokenizer => Encoder.Tokenizer;

    public void Dispose() => Encoder.Dispose();
}
