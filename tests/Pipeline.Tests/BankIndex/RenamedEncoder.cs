using Vigil.Contracts;
using Vigil.Embed;

namespace Vigil.Pipeline.Tests.BankIndex;

/// <summary>The same vectors under another name: an encoder that the bank does not know.</summary>
internal sealed class RenamedEncoder(IEncoder inner, string hash) : IEncoder
{
    public string Name => inner.Name;

    public string Hash => hash;

    public int Dimension => inner.Dimension;

    public InferenceProvider Provider => inner.Provider;

    public IReadOnlyList<TokenWindow> Tokenize(string text) => inner.Tokenize(text);

    public EmbeddingBatch Encode(IReadOnlyList<TokenWindow> windows, CancellationToken cancellation) => inner.Encode(windows, cancellation);

    public EmbeddingBatch Encode(IReadOnlyList<string> texts, CancellationToken cancellation) => inner.Encode(texts, cancellation);

    public void Dispose()
    {
        // The inner one belongs to the fixture.
    }
}
