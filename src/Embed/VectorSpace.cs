namespace Vigil.Embed;

/// <summary>Which vectors may be compared with one another: those of one encoder. Known from its manifest, before its weights are read.</summary>
/// <param name="EncoderHash">See <see cref="IEncoder.Hash"/>.</param>
public sealed record VectorSpace(string EncoderHash, int Dimension)
{
    /// <exception cref="EncoderException">No folder, no or a broken manifest, or one that asks for what this build cannot do.</exception>
    public static VectorSpace Of(string folder)
    {
        var manifest = EncoderManifest.Load(folder);
        return new(manifest.Hash, manifest.Dimension);
    }
}
