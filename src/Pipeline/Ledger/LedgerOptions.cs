using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vigil.Pipeline.Ledger;

/// <summary>Section <c>Vigil:Ledger</c>: the account of <c>design.md</c> §5 as a metric.</summary>
internal sealed class LedgerOptions
{
    public const string Section = "Vigil:Ledger";

    /// <summary>Whether this process keeps it. It reads <c>status</c> as it grows; one bank role of several is enough. Default on.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Seconds between two measurements, 1 to 3,600. Default 15.</summary>
    [Range(1, 3_600, ErrorMessage = "Vigil:Ledger:IntervalSeconds must be 1 to 3,600.")]
    public int IntervalSeconds { get; set; } = 15;
}

[OptionsValidator]
internal sealed partial class LedgerOptionsValidator : IValidateOptions<LedgerOptions>;
