using System.Reflection;
using System.Runtime.InteropServices;

namespace Vigil.Recall.Native;

/// <summary>Every import of <c>native/faiss</c>, and how the library is found.</summary>
internal static partial class FaissNative
{
    /// <summary>Signatures this class was written for; a library of another number is a stale build.</summary>
    private const int Abi = 1;

    /// <summary>From how many queries on a search is a matrix product; FAISS's own 20 suits its scalar kernels, not ours.</summary>
    private const int BlasThreshold = 8;

    private const string Library = "vigilfaiss";
    private const string FileName = "libvigilfaiss.so";
    private const string PathVariable = "VIGIL_FAISS";

    private static readonly Lazy<string?> Failure = new(Load);

    /// <summary>Loads and configures the library on first use.</summary>
    /// <returns>Null when it can be used, else why not.</returns>
    public static string? LoadFailure => Failure.Value;

    /// <summary>FAISS's version as major × 10000 + minor × 100 + patch.</summary>
    [LibraryImport(Library, EntryPoint = "vigil_faiss_version")]
    public static partial int Version();

    [LibraryImport(Library, EntryPoint = "vigil_faiss_create")]
    public static partial int Create(int dimension, long count, out FaissIndexHandle index, out nint rows);

    [LibraryImport(Library, EntryPoint = "vigil_faiss_free")]
    public static partial int Free(nint index);

    [LibraryImport(Library, EntryPoint = "vigil_faiss_search")]
    public static partial int Search(FaissIndexHandle index, long count, ReadOnlySpan<float> queries, long k, Span<float> similarities, Span<long> labels);

    [LibraryImport(Library, EntryPoint = "vigil_faiss_trim")]
    public static partial void Trim();

    /// <summary>Throws for a negative code. Same thread as the failed call: the text is kept per thread.</summary>
    public static void Check(int code)
    {
        if (code < 0)
        {
            throw new FaissException(code, Marshal.PtrToStringUTF8(LastError()) ?? "");
        }
    }

    [LibraryImport(Library, EntryPoint = "vigil_faiss_abi")]
    private static partial int LibraryAbi();

    [LibraryImport(Library, EntryPoint = "vigil_faiss_last_error")]
    private static partial nint LastError();

    [LibraryImport(Library, EntryPoint = "vigil_faiss_configure")]
    private static partial int Configure(int blasThreshold);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private static string? Load()
    {
        try
        {
            // Environment.SetEnvironmentVariable does not reach native code, and both libraries read these while they load.
            _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
            _ = SetEnvironment("OPENBLAS_NUM_THREADS", "1", overwrite: 0);
            NativeLibrary.SetDllImportResolver(typeof(FaissNative).Assembly, Resolve);
            if (LibraryAbi() != Abi)
            {
                return $"{FileName} is of another build (interface {LibraryAbi()}, expected {Abi})";
            }

            Check(Configure(BlasThreshold));
            return null;
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or FaissException)
        {
            return fault.Message;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != Library)
        {
            return 0;
        }

        // Named by hand and missing is an error of its own, never a reason to look elsewhere.
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return NativeLibrary.Load(named);
        }

        foreach (var candidate in Candidates())
        {
            if (File.Exists(candidate))
            {
                return NativeLibrary.Load(candidate);
            }
        }

        throw new DllNotFoundException($"{FileName} was not found: set {PathVariable}, or build it (./vigil does)");
    }

    private static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                yield return Path.Combine(folder.FullName, "native", "faiss", "build", FileName);
            }
        }
    }
}
