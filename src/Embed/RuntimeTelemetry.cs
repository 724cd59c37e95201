using System.Runtime.InteropServices;

namespace Vigil.Embed;

/// <summary>
/// From 1.29 on, ONNX Runtime's official Linux builds send usage events (model names, hashes, timings) to their maker, unless
/// ORT_DISABLE_TELEMETRY is set before its first use (microsoft/onnxruntime#27379). Nothing of ours leaves the machine unasked.
/// </summary>
public static class RuntimeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>To be called before ONNX Runtime is first touched; again does no harm.</summary>
    public static void Disable()
    {
        // .NET keeps a copy of the environment of its own; native code reads the process's.
        if (OperatingSystem.IsLinux())
        {
            _ = SetEnvironment(Variable, "1", overwrite: 1);
        }
    }

#pragma warning disable SYSLIB1054 // LibraryImport needs unsafe code, which only Recall and Rank may hold.
    [DllImport("libc", EntryPoint = "setenv", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
#pragma warning restore SYSLIB1054
}
