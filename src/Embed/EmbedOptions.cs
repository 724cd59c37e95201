using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Vigil.Contracts;

namespace Vigil.Embed;

/// <summary>Section <c>Vigil:Embed</c>.</summary>
public sealed class EmbedOptions
{
    public const string Section = "Vigil:Embed";

    /// <summary>Folder of the encoder: <c>model.json</c> and the files it names. A relative one is taken from Vigil's home.</summary>
    [Required(ErrorMessage = "Vigil:Embed:Folder is empty: name the folder of an encoder (model.json).")]
    public string Folder { get; set; } = "models/use-multilingual-v3-512";

    /// <summary>Where the graph runs. CUDA needs a build with -p:Accelerator=cuda; asked for and absent, it is an error.</summary>
    [EnumDataType(typeof(InferenceProvider), ErrorMessage = "Vigil:Embed:Provider is neither Cpu nor Cuda.")]
    public InferenceProvider Provider { get; set; } = InferenceProvider.Cpu;

    /// <summary>Padded tokens of one call of the graph, 256 to 65,536. Null: 384 on CPU, 16,384 on CUDA.</summary>
    [Range(256, 65_536, ErrorMessage = "Vigil:Embed:TokenBudget must be 256 to 65,536.")]
    public int? TokenBudget { get; set; }

    /// <summary>
    /// What a call of the graph costs beside its tokens, in tokens, 0 to 65,536: the more, the fewer calls and the more padding. Null: 18
    /// on CPU (0.9 ms, of 55 µs each), 1,024 on CUDA, where it was not measured.
    /// </summary>
    [Range(0, 65_536, ErrorMessage = "Vigil:Embed:CallTokens must be 0 to 65,536.")]
    public int? CallTokens { get; set; }

    /// <summary>Calls of the graph at a time within one batch, each on one thread, 1 to 256. Null: one per core on CPU, 1 on CUDA.</summary>
    [Range(1, 256, ErrorMessage = "Vigil:Embed:Threads must be 1 to 256.")]
    public int? Threads { get; set; }

    /// <summary>Index of the CUDA device, 0 to 63.</summary>
    [Range(0, 63, ErrorMessage = "Vigil:Embed:Device must be 0 to 63.")]
    public int Device { get; set; }

    internal int EffectiveTokenBudget => TokenBudget ?? (Provider == InferenceProvider.Cuda ? 16_384 : 384);

    internal int EffectiveCallTokens => CallTokens ?? (Provider == InferenceProvider.Cuda ? 1_024 : 18);

    internal int EffectiveThreads => Threads ?? (Provider == InferenceProvider.Cuda ? 1 : ModelThreads.PerCore);
}

[OptionsValidator]
public sealed partial class EmbedOptionsValidator : IValidateOptions<EmbedOptions>;
