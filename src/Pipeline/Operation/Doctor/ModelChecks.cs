using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using Vigil.Embed;
using Vigil.Pipeline.Commands;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>Models against their manifests, policies, and where the encoder really runs.</summary>
internal static class ModelChecks
{
    private const string GpuDriver = "/proc/driver/nvidia/version";

    public static IEnumerable<Finding> Models(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [new("models", Health.Wrong, $"there is no folder {folder}", "set VIGIL_HOME to the folder that holds models/ and policies/")];
        }

        var models = Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Select(ModelFolder.Verify).ToList();
        var encoders = models.Where(model => model.Kind == ModelFolder.EncoderKind).Select(model => model.Hash).ToHashSet();
        return models.Count == 0
            ? [new("models", Health.Wrong, $"{folder} is empty", "take models/ from the checkout or the published folder")]
            : models.Select(model => Of(model, encoders));
    }

    public static IEnumerable<Finding> Policies(string folder)
    {
        try
        {
            var policies = PolicyFiles.Load(folder);
            return [new("policies", Health.Ok, $"{policies.Policies.Count} policies, {Short(policies.Hash)}: {string.Join(", ", policies.Policies.Select(policy => policy.Id))}")];
        }
        catch (PolicyFileException fault)
        {
            return [.. fault.Errors.Select(error => new Finding("policies", Health.Wrong, error, $"mend it in {folder}"))];
        }
    }

    /// <summary>Loads the encoder as a worker would: only a session that was made tells where it runs.</summary>
    public static IEnumerable<Finding> Provider(IServiceProvider services, IConfiguration configuration)
    {
        var gpu = File.Exists(GpuDriver) ? "an NVIDIA driver is loaded" : "no NVIDIA driver";
        var built = string.Join(", ", OrtEnv.Instance().GetAvailableProviders().Where(name => name is "CUDAExecutionProvider" or "CPUExecutionProvider"));
        var asked = configuration[$"{EmbedOptions.Section}:Provider"] ?? nameof(InferenceProvider.Cpu);
        try
        {
            var encoder = services.GetRequiredService<IEncoder>();
            var wasted = encoder.Provider == InferenceProvider.Cpu && File.Exists(GpuDriver);
            return [new(
                "inference",
                wasted ? Health.Note : Health.Ok,
                $"the encoder runs on {encoder.Provider} and passes its self-test ({Short(encoder.Hash)}); this build has {built}; {gpu}",
                wasted ? "to use the GPU: build with -p:Accelerator=cuda and set Vigil:Embed:Provider to Cuda" : "")];
        }
        catch (Exception fault) when (fault is EncoderException or OptionsValidationException or OnnxRuntimeException or DllNotFoundException)
        {
            return [new("inference", Health.Wrong, $"asked for {asked}: {fault.Message}; this build has {built}; {gpu}", "vigil models verify checks the files; Vigil:Embed names folder and provider")];
        }
    }

    private static Finding Of(ModelFolder model, HashSet<string> encoders)
    {
        List<string> faults = [.. model.Faults];
        if (model.Embedder.Length > 0 && !encoders.Contains(model.Embedder))
        {
            faults.Add($"made with encoder {Short(model.Embedder)}, which is not here");
        }

        return faults.Count == 0
            ? new($"model {model.Name}", Health.Ok, $"{model.Kind}{(model.Hash.Length > 0 ? $" {Short(model.Hash)}" : "")}, {model.Bytes >> 20} MiB, as its manifest says")
            : new($"model {model.Name}", Health.Wrong, string.Join("; ", faults), "take the folder from the checkout again; encoder, bank and ranker belong together");
    }

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
