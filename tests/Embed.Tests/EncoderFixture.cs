using Vigil.Embed.Tests;
using Vigil.Embed.Tokenizers;

[assembly: AssemblyFixture(typeof(EncoderFixture))]

namespace Vigil.Embed.Tests;

/// <summary>The committed encoder, loaded once for all tests: it is safe to share, and loading takes seconds.</summary>
public sealed class EncoderFixture : IDisposable
{
    public OnnxEncoder Encoder { get; } = OnnxEncoder.Load(Repository.Encoder, new EmbedOptions { Threads = 2 });

    internal TextTokenizer Tokenizer => Encoder.Tokenizer;

    public void Dispose() => Encoder.Dispose();
}
