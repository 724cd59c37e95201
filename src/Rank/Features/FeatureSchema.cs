using System.Security.Cryptography;
using System.Text;

namespace Vigil.Rank.Features;

/// <summary>
/// Names and order of the numbers a window is judged by: three heads for every policy and for harm, six neighbour features for
/// every policy, eight measures of the text, and for every policy what its meaning carries over to new sources. A model holds the hash of the schema it was trained with and runs with no other.
/// </summary>
public sealed class FeatureSchema
{
    public const string Harm = "harm";

    /// <summary>How many nearest entries of each (policy, side) the features look at.</summary>
    public const int Neighbours = 5;

    private const int Version = 2;

    private static readonly string[] HeadKinds = ["wording", "meaning", "wording and meaning"];

    public FeatureSchema(IReadOnlyList<string> policies)
    {
        Policies = policies;
        string[] outputs = [.. policies, Harm];
        Names =
        [
            .. HeadKinds.SelectMany(kind => outputs.Select(output => $"{kind}: {output}")),
            .. policies.SelectMany(policy => NeighbourFeatures.Names.Select(name => $"{name}: {policy}")),
            .. TextMeasures.Names,
            .. policies.Select(policy => $"meaning, whatever the source: {policy}"),
        ];
        var text = $"{Version}\n{NgramHasher.Bits}\n{Neighbours}\n{string.Join('\n', Names)}";
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public IReadOnlyList<string> Policies { get; }

    public IReadOnlyList<string> Names { get; }

    public string Hash { get; }

    /// <summary>Policies, then harm.</summary>
    public int Outputs => Policies.Count + 1;

    public int HarmOutput => Policies.Count;

    /// <summary>Wording, meaning and joint log-odds, each of every output.</summary>
    public int Heads => HeadKinds.Length * Outputs;

    /// <summary>What the linear part of the stack sees: all but the measures, which would give a source away to it.</summary>
    public int Linear => Heads + (NeighbourFeatures.Count * Policies.Count);

    /// <summary>What the trees see.</summary>
    public int Trees => Linear + TextMeasures.Names.Count;

    public int Count => Trees + Policies.Count;

    public int NeighbourStart(int policy) => Heads + (NeighbourFeatures.Count * policy);
}
