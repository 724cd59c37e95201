using System.Text;

namespace Vigil.Rank.Native;

/// <summary>Trees while LightGBM grows them. Vigil scores with its own reading of their text: see <see cref="Model.Trees.TreeEnsemble"/>.</summary>
internal sealed class Booster : IDisposable
{
    private const string OneThread = "num_threads=1 verbosity=-1";

    private readonly BoosterHandle _handle;
    private readonly int _features;

    /// <param name="dataset">Must outlive the booster.</param>
    public Booster(DatasetHandle dataset, string parameters)
    {
        LightGbmNative.Check(LightGbmNative.BoosterCreate(dataset, parameters, out _handle));
        LightGbmNative.Check(LightGbmNative.BoosterFeatures(_handle, out _features));
    }

    /// <returns>False: no further tree would help.</returns>
    public bool Grow()
    {
        LightGbmNative.Check(LightGbmNative.BoosterUpdate(_handle, out var finished));
        return finished == 0;
    }

    /// <summary>LightGBM's own scores, to check ours against.</summary>
    /// <param name="rows">Count × features, row-major.</param>
    /// <param name="results">Count log-odds, without any initial score.</param>
    public unsafe void Predict(ReadOnlySpan<float> rows, Span<double> results)
    {
        if (rows.Length != results.Length * _features)
        {
            throw new ArgumentException($"{rows.Length} numbers are not {results.Length} rows of {_features}. This is a bug.");
        }

        if (results.IsEmpty)
        {
            return;
        }

        fixed (float* first = rows)
        fixed (double* result = results)
        {
            LightGbmNative.Check(LightGbmNative.BoosterPredict(
                _handle, first, LightGbmNative.Float32, results.Length, _features, 1, LightGbmNative.RawScore, 0, -1, OneThread, out _, result));
        }
    }

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
}
