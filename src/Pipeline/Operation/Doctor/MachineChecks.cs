using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using Vigil.Recall;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>The machine: runtime, native libraries, and the programs that demo and tests start.</summary>
internal static class MachineChecks
{
    private const int LibrdkafkaTxnVersion = 0x020000ff;

    public static IEnumerable<Finding> All() =>
    [
        new("runtime", Health.Ok, $"vigil {ProductVersion.Text}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB"),
        Program("SDK", "dotnet", "only needed to build: install the .NET 10 SDK"),
        Faiss(IndexBackend.NativeFailure, IndexBackend.NativeVersion),
        new("SIMD", Simd() == "none" ? Health.Note : Health.Ok, Simd(), Simd() == "none" ? "the index and the models run far slower without AVX2; choose another kind of machine" : ""),
        Library("ONNX Runtime", () => OrtEnv.Instance().GetVersionString()),
        LightGbm(NativeLibrary.TryLoad("lib_lightgbm", typeof(Vigil.Rank.RankOptions).Assembly, null, out _)),
        Library("librdkafka", () => Confluent.Kafka.Library.Version >= LibrdkafkaTxnVersion ? Confluent.Kafka.Library.VersionString : throw new DllNotFoundException($"{Confluent.Kafka.Library.VersionString} is too old")),
        Telemetry(),
        Program("redis-server", "redis-server", "only needed by vigil demo and the tests: apt-get install redis-server"),
        Program("kcat", "kcat", "only needed by the tests: apt-get install kcat"),
        Program("java", "java", "only needed by the tests against Apache Kafka: apt-get install openjdk-17-jre-headless"),
    ];

    internal static Finding Faiss(string? failure, string version) => failure is null
        ? new("FAISS", Health.Ok, $"{version}, loaded by our library")
        : new("FAISS", Health.Note, $"does not load ({failure}): the slower managed index is used", "apt-get install g++ cmake make libfaiss-dev libopenblas-pthread-dev, then ./vigil builds it; a published folder carries it");

    /// <summary>It fits the ranker's trees; those that ship are scored by our own code.</summary>
    internal static Finding LightGbm(bool loads) => loads
        ? new("LightGBM", Health.Ok, PackageVersions.Of("LightGBM") ?? "loads")
        : new("LightGBM", Health.Note, "lib_lightgbm.so does not load: vigil rank train cannot run", "only needed to train: apt-get install libgomp1");

    private static Finding Telemetry() => Environment.GetEnvironmentVariable("ORT_DISABLE_TELEMETRY") == "1"
        ? new("usage events", Health.Ok, "switched off for ONNX Runtime")
        : new("usage events", Health.Note, "ONNX Runtime may report its use to its maker", "set ORT_DISABLE_TELEMETRY=1 before the process starts, as ./vigil and the Dockerfile do");

    private static Finding Library(string name, Func<string> version)
    {
        try
        {
            return new(name, Health.Ok, version());
        }
        catch (Exception fault) when (fault is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException or InvalidOperationException)
        {
            return new(name, Health.Wrong, (fault.InnerException ?? fault).Message, "install what it names (Debian: libgomp1 libssl3 libicu72), or publish again with ./vigil publish");
        }
    }

    private static string Simd() => Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "NEON" : "none";

    internal static Finding Program(string area, string program, string fix) => OnPath(program) is { } path
        ? new(area, Health.Ok, path)
        : new(area, Health.Note, $"{program} is not on the path", fix);

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
