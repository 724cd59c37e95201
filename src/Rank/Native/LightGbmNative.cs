using System.Runtime.InteropServices;

namespace Vigil.Rank.Native;

/// <summary>The dozen C functions of LightGBM that Vigil calls. Only <see cref="Booster"/> and <see cref="BoosterTraining"/> use them.</summary>
internal static partial class LightGbmNative
{
    private const string Library = "lib_lightgbm";

    internal const int Float32 = 0;
    internal const int Float64 = 1;
    internal const int RawScore = 1;

    /// <summary>Reads LightGBM's per-thread error text at once; a failed call throws.</summary>
    internal static void Check(int result)
    {
        if (result != 0)
        {
            throw new LightGbmException(Marshal.PtrToStringUTF8(LastError()) ?? "unknown error");
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint LastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int DatasetCreate(float* rows, int type, int count, int columns, int rowMajor, string parameters, nint reference, out DatasetHandle dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int DatasetSetField(DatasetHandle dataset, string field, void* values, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    internal static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int BoosterCreate(DatasetHandle dataset, string parameters, out BoosterHandle booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    internal static partial int BoosterUpdate(BoosterHandle booster, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    internal static unsafe partial int BoosterSave(BoosterHandle booster, int start, int iterations, int importance, long bufferLength, out long length, byte* buffer);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetNumFeature")]
    internal static partial int BoosterFeatures(BoosterHandle booster, out int features);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int BoosterPredict(
        BoosterHandle booster, float* rows, int type, int count, int columns, int rowMajor, int kind, int start, int iterations, string parameters, out long length, double* results);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    internal static partial int BoosterFree(nint booster);
}

internal sealed class BoosterHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmNative.BoosterFree(handle) == 0;
}

internal sealed class DatasetHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmNative.DatasetFree(handle) == 0;
}

/// <summary>LightGBM refused a call.</summary>
public sealed class LightGbmException(string message) : Exception($"LightGBM: {message}");
