using System.Numerics.Tensors;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>What <c>bank.json</c> says.</summary>
/// <param name="Hash">SHA-256 over the embedder, the entries and the vectors.</param>
/// <param name="Embedder">Hash of the encoder that made the vectors.</param>
public sealed record StarterManifest(
    string Hash, string Embedder, int Dimension, int Entries, int Vectors, IReadOnlyList<StarterAttribution> Attribution);

/// <summary>Whom a source's rows come from.</summary>
public sealed record StarterAttribution(string Source, string Licence, string Url, string Credit, int Entries);

/// <summary>An exemplar of the starter bank, without its text.</summary>
/// <param name="Id">The entry's id in the bank; may not begin with <c>starter#</c>.</param>
/// <param name="Severity">1 to 10; 0: the policy's own.</param>
/// <param name="Sha256">Of the exemplar's UTF-8 text, in lower-case hexadecimal; so is <paramref name="Md5"/>.</param>
/// <param name="Origin">The row's id in its data set.</param>
/// <param name="Vectors">One per window of the text, at most 16.</param>
public sealed record StarterEntry(
    string Id,
    Side Side,
    IReadOnlyList<string> Policies,
    int Severity,
    string Sha256,
    string Md5,
    string Source,
    string Origin,
    IReadOnlyList<QuantisedVector> Vectors);

/// <summary>A unit vector as signed bytes: about <c>Scale × bytes</c>.</summary>
public sealed record QuantisedVector(ReadOnlyMemory<byte> Bytes, float Scale)
{
    /// <summary>Quantises to the largest magnitude of the vector.</summary>
    public static QuantisedVector Of(ReadOnlySpan<float> vector)
    {
        var largest = TensorPrimitives.MaxMagnitude(vector);
        var scale = MathF.Abs(largest) / sbyte.MaxValue;
        if (!(scale > 0) || !float.IsFinite(scale))
        {
            throw new ArgumentException("A vector without direction cannot be quantised.", nameof(vector));
        }

        var bytes = new byte[vector.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(sbyte)MathF.Round(vector[i] / scale);
        }

        return new QuantisedVector(bytes, scale);
    }
}
