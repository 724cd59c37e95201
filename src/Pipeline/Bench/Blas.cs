using System.Runtime.InteropServices;

namespace Vigil.Pipeline.Bench;

/// <summary>The matrix multiply of the BLAS that FAISS itself is linked against, in this process and on as many threads as there: one.</summary>
internal static class Blas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101;
    private const int AsIs = 111;
    private const int Transposed = 112;

    /// <summary>Why it cannot be called here; null: it can.</summary>
    public static string? Failure => NativeLibrary.TryLoad(Library, out _) ? null : $"{Library} does not load";

    /// <summary><paramref name="products"/> (n × m) = <paramref name="queries"/> (n × d) · <paramref name="vectors"/> (m × d) transposed, all row-major.</summary>
    public static void Multiply(float[] queries, float[] vectors, float[] products, int dimension)
    {
        var n = queries.Length / dimension;
        var m = vectors.Length / dimension;
        MultiplyNative(RowMajor, AsIs, Transposed, n, m, dimension, 1, queries, dimension, vectors, dimension, 0, products, m);
    }

#pragma warning disable SYSLIB1054 // LibraryImport needs unsafe code, which only Recall and Rank may hold.
    [DllImport(Library, EntryPoint = "cblas_sgemm")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void MultiplyNative(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float[] a, int lda, float[] b, int ldb, float beta, float[] c, int ldc);
#pragma warning restore SYSLIB1054
}
