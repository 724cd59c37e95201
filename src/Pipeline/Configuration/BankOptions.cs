using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Vigil.Contracts;

namespace Vigil.Pipeline.Configuration;

/// <summary>Section <c>Vigil:Bank</c>.</summary>
internal sealed class BankOptions
{
    public const string Section = "Vigil:Bank";

    /// <summary>Folder of the starter bank, from Vigil's home where relative. Empty: none is seeded.</summary>
    public string Starter { get; set; } = "models/bank-starter";

    /// <summary>Where the starter bank lies; null without one.</summary>
    public string? StarterFolder => Starter.Length == 0 ? null : Path.Combine(VigilHome.Path, Starter);

    /// <summary>
    /// How long a worker that finds the starter bank not seeded yet waits for it before it ranks without, in seconds, 0 to 3,600.
    /// </summary>
    [Range(0, 3_600, ErrorMessage = "Vigil:Bank:StarterWaitSeconds must be 0 to 3,600.")]
    public int StarterWaitSeconds { get; set; } = 60;

    /// <summary>Records of <c>bank</c> embedded and written in one transaction, 1 to 1,000.</summary>
    [Range(1, 1_000, ErrorMessage = "Vigil:Bank:BatchRecords must be 1 to 1,000.")]
    public int BatchRecords { get; set; } = 128;

    /// <summary>Threads that share the search of a batch, 1 to 256. Null: one per core.</summary>
    [Range(1, 256, ErrorMessage = "Vigil:Bank:SearchThreads must be 1 to 256.")]
    public int? SearchThreads { get; set; }

    /// <summary>How long Kafka may fail before the process gives up, in minutes, 0.1 to 1,440.</summary>
    [Range(0.1, 1_440, ErrorMessage = "Vigil:Bank:GiveUpMinutes must be 0.1 to 1,440.")]
    public double GiveUpMinutes { get; set; } = 5;

    public int EffectiveSearchThreads => SearchThreads ?? ModelThreads.PerCore;
}

[OptionsValidator]
internal sealed partial class BankOptionsValidator : IValidateOptions<BankOptions>;
