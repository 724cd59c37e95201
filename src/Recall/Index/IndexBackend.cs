using Microsoft.Extensions.Logging;
using Vigil.Recall.Native;

namespace Vigil.Recall;

/// <summary>Which implementation of <see cref="IVectorIndex"/> this process uses.</summary>
public sealed partial class IndexBackend
{
    private const string RequireNativeVariable = "VIGIL_REQUIRE_NATIVE";

    private readonly Func<int, int, RowWriter, IVectorIndex> _create;
    private readonly Action _trim;

    internal IndexBackend(string name, Func<int, int, RowWriter, IVectorIndex> create, Action trim)
    {
        Name = name;
        _create = create;
        _trim = trim;
    }

    /// <summary>FAISS through <c>native/faiss</c>.</summary>
    public static IndexBackend Faiss { get; } = new("faiss", FaissIndex.Create, FaissIndex.Trim);

    /// <summary>Managed code only.</summary>
    public static IndexBackend Managed { get; } = new("managed", ExactIndex.Create, static () => { });

    /// <summary>Why the native library does not load; null: it does.</summary>
    public static string? NativeFailure => FaissNative.LoadFailure;

    /// <summary>FAISS's version; empty where it does not load.</summary>
    public static string NativeVersion => FaissNative.LoadFailure is null && FaissNative.Version() is var version ? $"{version / 10_000}.{version / 100 % 100}.{version % 100}" : "";

    /// <summary><c>faiss</c> or <c>managed</c>, as provenance names it.</summary>
    public string Name { get; }

    /// <summary>
    /// FAISS where its library loads, else the managed index with one warning. With VIGIL_REQUIRE_NATIVE=1 a library that
    /// does not load is an error.
    /// </summary>
    /// <exception cref="DllNotFoundException">The library is required and does not load.</exception>
    public static IndexBackend Choose(ILogger logger) =>
        Choose(FaissNative.LoadFailure, Environment.GetEnvironmentVariable(RequireNativeVariable) == "1", logger);

    internal static IndexBackend Choose(string? failure, bool required, ILogger logger)
    {
        if (failure is null)
        {
            return Faiss;
        }

        if (required)
        {
            throw new DllNotFoundException($"{RequireNativeVariable}=1, and the native index does not load: {failure}");
        }

        LogManaged(logger, failure);
        return Managed;
    }

    /// <summary>Builds an index of <paramref name="count"/> rows, each written once by <paramref name="write"/>.</summary>
    public IVectorIndex Create(int dimension, int count, RowWriter write) => _create(dimension, count, write);

    internal void Trim() => _trim();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The native index does not load ({Failure}): searching with the slower managed index")]
    private static partial void LogManaged(ILogger logger, string failure);
}
