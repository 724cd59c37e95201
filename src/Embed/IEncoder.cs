using Vigil.Contracts;

namespace Vigil.Embed;

/// <summary>Turns texts into unit vectors. Safe to call from several threads.</summary>
public interface IEncoder : IDisposable
{
    /// <summary>The space of the vectors, such as <c>use-multilingual-v3-512</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Identity: lower-case hexadecimal SHA-256 over weights, tokenizer, cleaning and how ids are built. Vectors of two
    /// encoders may be compared only if their hashes are equal.
    /// </summary>
    string Hash { get; }

    int Dimension { get; }

    InferenceProvider Provider { get; }

    /// <summary>
    /// Cleans and tokenizes a text into windows, in order. They cover every character of it; a text in which nothing is
    /// left to encode (blank, invisible characters only) has none.
    /// </summary>
    IReadOnlyList<TokenWindow> Tokenize(string text);

    /// <summary>Encodes windows: row i of the result is window i. The caller disposes of the result.</summary>
    EmbeddingBatch Encode(IReadOnlyList<TokenWindow> windows, CancellationToken cancellation);

    /// <summary>
    /// Encodes the first window of each text: row i is text i. For short texts; whole items go through
    /// <see cref="ContentEmbedder"/>. The caller disposes of the result.
    /// </summary>
    EmbeddingBatch Encode(IReadOnlyList<string> texts, CancellationToken cancellation);
}
