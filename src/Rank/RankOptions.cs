using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vigil.Rank;

/// <summary>How ranked items are queued and explained.</summary>
public sealed class RankOptions
{
    /// <summary>Least probability of a policy whose live violation entry an item equals byte for byte. Default 0.99, range 0.5 to 1.</summary>
    [Range(0.5, 1)]
    public double HashHitProbability { get; set; } = 0.99;

    /// <summary>Share of cleared items that is queued in <c>audit</c>. Default 0.005, range 0 to 1.</summary>
    [Range(0.0, 1)]
    public double AuditShare { get; set; } = 0.005;

    /// <summary>Key of the hash that draws them; set your own, or publishers can tell which ids are drawn. At least 8 characters.</summary>
    [Required]
    [MinLength(8)]
    public string AuditKey { get; set; } = "vigil-audit";

    /// <summary>Nearest entries of each side shown with a queued item. Default 3, range 0 to 5.</summary>
    [Range(0, 5)]
    public int EvidenceNeighbours { get; set; } = 3;

    /// <summary>Reasons shown with a queued item. Default 5, range 0 to 20.</summary>
    [Range(0, 20)]
    public int Reasons { get; set; } = 5;
}

/// <summary>Names every option that is out of range at once.</summary>
[OptionsValidator]
public sealed partial class RankOptionsValidator : IValidateOptions<RankOptions>;
