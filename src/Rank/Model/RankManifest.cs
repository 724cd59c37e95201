using System.Text.Json;

namespace Vigil.Rank.Model;

/// <summary>Weights of a linear model over the first features of the schema; means make contributions signed around the usual row.</summary>
public sealed record LinearWeights(double Bias, double[] Weights, double[] Means);

/// <summary>
/// What a policy's log-odds take from the two witnesses that hold best on sources never seen: its meaning whatever the source, plus
/// Margin × how much nearer violations are than look-alikes. The stack, which learns on known sources, trusts wording and what it knows
/// of them more than either deserves elsewhere.
/// </summary>
/// <param name="Share">Of the two together, 0 to 1; the rest is the stack's.</param>
/// <param name="Mean">Of the former in the usual row, around which contributions are signed.</param>
public sealed record TransferWeights(double Share, double Margin, double Mean);

/// <summary>A data set the model was fitted on.</summary>
public sealed record TrainingSource(string Source, string Sha256, int Rows, double Weight);

/// <summary><c>rank.json</c>: what a ranker is made of. Its own hash is the ranker's name in provenance.</summary>
public sealed record RankManifest
{
    public const string FileName = "rank.json";
    public const string StackKind = "stack";
    public const string WordingKind = "wording";

    private const int MostDimensions = 16_384;

    public int Format { get; init; } = 1;

    /// <summary><c>stack</c>, or <c>wording</c>: the n-gram heads alone, to compare with.</summary>
    public required string Kind { get; init; }

    /// <summary>Hash of the encoder whose vectors this was trained on; it runs on no others.</summary>
    public required string Embedder { get; init; }
    public required int Dimension { get; init; }
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>Hash of the feature schema.</summary>
    public required string Schema { get; init; }

    /// <summary>Of each policy; empty for <c>wording</c>.</summary>
    public required IReadOnlyList<LinearWeights> Linear { get; init; }

    /// <summary>Of each policy; empty for <c>wording</c>.</summary>
    public required IReadOnlyList<TransferWeights> Transfer { get; init; }

    /// <summary>Over the six neighbour features, for a policy that has entries in the bank but no labels yet.</summary>
    public LinearWeights? Unlabelled { get; init; }

    /// <summary>SHA-256 of the other files, by name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }
    public required IReadOnlyList<TrainingSource> Sources { get; init; }

    /// <summary>Hash of the starter bank whose neighbours the stack was fitted on; empty for <c>wording</c>.</summary>
    public string Bank { get; init; } = "";
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>What lists must not hold, although the form of the file lets them: nothing, and a dimension that no encoder has.</summary>
    /// <exception cref="InvalidDataException">They do.</exception>
    internal void Check()
    {
        if (Dimension is < 1 or > MostDimensions || Policies.Any(string.IsNullOrWhiteSpace) || Linear.Contains(null!) || Transfer.Contains(null!) || Sources.Contains(null!))
        {
            throw new InvalidDataException($"{FileName}: a dimension that is not 1 to {MostDimensions}, or a list that holds nothing");
        }
    }

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };
}
