using System.Text;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>How many planted items of each policy stand in the top tenth of the queue they wait in.</summary>
internal sealed record PlantedPlaces(IReadOnlyList<(string Policy, int Planted, int AtTheTop, IReadOnlyList<string> Elsewhere)> Policies)
{
    public const double Wanted = 0.8;

    private const double Top = 0.1;
    private const int ElsewhereShown = 3;

    public double Share
    {
        get
        {
            var planted = Policies.Sum(policy => policy.Planted);
            return planted == 0 ? 1 : Policies.Sum(policy => policy.AtTheTop) / (double)planted;
        }
    }

    public static PlantedPlaces Of(
        IReadOnlyList<Sample> samples,
        IReadOnlyDictionary<string, (string Queue, int Place)> places,
        IReadOnlyDictionary<string, int> depths)
    {
        var planted = samples.Where(sample => sample.Expected.Planted.Length > 0 && sample.Record.Key is not null)
            .GroupBy(sample => sample.Expected.Planted)
            .OrderBy(policy => policy.Key, StringComparer.Ordinal);
        return new([.. planted.Select(policy =>
        {
            var ids = policy.Select(sample => Encoding.UTF8.GetString(sample.Record.Key!)).ToList();
            var elsewhere = ids.Where(id => !IsAtTheTop(id, places, depths)).Select(id => Where(id, places, depths)).ToList();
            return (policy.Key, ids.Count, ids.Count - elsewhere.Count, (IReadOnlyList<string>)elsewhere);
        })]);
    }

    public IEnumerable<string> Lines()
    {
        yield return $"Planted items, each a plain violation of one policy, in the top tenth of the queue they wait in: {Share:P0} ({Wanted:P0} wanted)";
        foreach (var (policy, planted, atTheTop, elsewhere) in Policies)
        {
            yield return $"  {policy,-12} {atTheTop} of {planted}{(elsewhere.Count > 0 ? $"; lower or elsewhere: {string.Join(", ", elsewhere.Take(ElsewhereShown))}{(elsewhere.Count > ElsewhereShown ? " ..." : "")}" : "")}";
        }
    }

    private static bool IsAtTheTop(string id, IReadOnlyDictionary<string, (string Queue, int Place)> places, IReadOnlyDictionary<string, int> depths) =>
        places.TryGetValue(id, out var place) && place.Place <= Math.Ceiling(depths[place.Queue] * Top);

    private static string Where(string id, IReadOnlyDictionary<string, (string Queue, int Place)> places, IReadOnlyDictionary<string, int> depths) =>
        places.TryGetValue(id, out var place) ? $"{id} ({place.Queue} {place.Place} of {depths[place.Queue]})" : $"{id} (in no queue)";
}
