using System.Runtime.InteropServices;

namespace Vigil.Recall.Native;

/// <summary>
/// Owns one native index. A call in flight holds a reference, so disposing frees only after the last search returned.
/// </summary>
internal sealed class FaissIndexHandle() : SafeHandle(0, ownsHandle: true)
{
    private static long ReleasedCount;

    /// <summary>Native indexes freed by this process so far, for leak tests.</summary>
    public static long Released => Interlocked.Read(ref ReleasedCount);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Interlocked.Increment(ref ReleasedCount);
        return FaissNative.Free(handle) == 0;
    }
}
