using System.Security.Cryptography;
using System.Text;

namespace Vigil.Rank.Native;

/// <summary>Trees that are trained or loaded; predicts whole batches, since single rows take a lock in LightGBM.</summary>
public sealed class Booster : IDisposable
{
    private const string OneThread = "num_threads=1 verbosity=-1";

    private readonly BoosterHandle _handle;

    internal Booster(BoosterHandle handle)
    {
        _handle = handle;
        LightGbmNative.Check(LightGbmNative.BoosterFeatures(handle, out var features));
        Features = features;
    }

    public int Features { get; }

    /// <summary>A model text that was cut short kills the process inside LightGBM, so its hash is compared first.</summary>
    /// <exception cref="InvalidDataException">The file is not the one that was hashed.</exception>
    public static Booster Load(byte[] text, string sha256)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(text)) != sha256)
        {
            throw new InvalidDataException("trees: the file does not have the hash of the manifest");
        }

        return Load(Encoding.UTF8.GetString(text));
    }

    /// <summary>Loads a text that is known to be whole: it was just saved, or its hash was compared.</summary>
    public static Booster Load(string text)
    {
        LightGbmNative.Check(LightGbmNative.BoosterLoad(text, out _, out var handle));
        return new(handle);
    }

    /// <param name="rows">Count × Features, row-major.</param>
    /// <param name="results">Count log-odds, without any initial score.</param>
    public void Predict(ReadOnlySpan<float> rows, Span<double> results) => Run(rows, results, LightGbmNative.RawScore, 1);

    /// <summary>TreeSHAP: contributions that sum to the log-odds. About 100 µs a row, so for queued items only.</summary>
    /// <param name="results">Count × (Features + 1), the last of a row being the expectation.</param>
    public void Explain(ReadOnlySpan<float> rows, Span<double> results) => Run(rows, results, LightGbmNative.Contributions, Features + 1);

    public string Save()
    {
        unsafe
        {
            LightGbmNative.Check(LightGbmNative.BoosterSave(_handle, 0, -1, 0, 0, out var length, null));
            var buffer = new byte[length];
            fixed (byte* bytes = buffer)
            {
                LightGbmNative.Check(LightGbmNative.BoosterSave(_handle, 0, -1, 0, length, out length, bytes));
            }

            return Encoding.UTF8.GetString(buffer.AsSpan(0, (int)length - 1)); // without the closing zero
        }
    }

    public void Dispose() => _handle.Dispose();

    private unsafe void Run(ReadOnlySpan<float> rows, Span<double> results, int kind, int perRow)
    {
        var count = rows.Length / Features;
        if (rows.Length != count * Features || results.Length != (long)count * perRow)
        {
            throw new ArgumentException($"{rows.Length} numbers are not whole rows of {Features}, or {results.Length} results do not fit. This is a bug.");
        }

        if (count == 0)
        {
            return;
        }

        fixed (float* first = rows)
        fixed (double* result = results)
        {
            LightGbmNative.Check(LightGbmNative.BoosterPredict(
                _handle, first, LightGbmNative.Float32, count, Features, 1, kind, 0, -1, OneThread, out _, result));
        }
    }
}
