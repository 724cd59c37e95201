using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Review.Projection;

/// <summary>
/// What ranked items have in common, as bytes of the very message: one item per shipped policy, with its scores, neighbours
/// and reasons as the ranker words them. Other policies and features work too, they only compress less.
/// </summary>
internal static class PackDictionary
{
    private static readonly (string Policy, double Threshold)[] Policies =
    [
        ("harassment", 0.5), ("hate", 0.5), ("profanity", 0.7), ("self_harm", 0.3), ("sexual", 0.5), ("spam_scam", 0.6), ("violence", 0.4),
    ];

    // Sources of the starter bank, those with most entries last: near the item they cost least.
    private static readonly string[] Sources =
    [
        "simplesafety:", "ailuminate:", "catqa:", "ethos:", "mlma:", "gametox:", "tg_spam:s", "sms_spam:", "implicit_hate:", "offenseval:", "germeval2018:train", "misogyny:",
        "paradetox:n", "paradetox:p", "hatemojibuild:", "jptoxic2023:", "hatexplain:", "civil_toxic_spans:",
    ];

    public static byte[] Make()
    {
        using var bytes = new MemoryStream();
        for (var i = 0; i < Policies.Length; i++)
        {
            Item(i).WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    private static RankedItem Item(int index)
    {
        var policy = Policies[index].Policy;
        var item = new RankedItem
        {
            Disposition = Disposition.Queued,
            Queue = policy,
            Selection = Selection.Ranked,
            Propensity = 1,
            Lang = "en",
            Surface = index % 2 == 0 ? "comment" : "post",
            Evidence = new(),
            SnippetSpan = new() { Length = 60 },
        };
        item.Scores.AddRange(Policies.Select(each => new PolicyScore { Policy = each.Policy, Threshold = each.Threshold }));
        for (var i = 0; i < 6; i++)
        {
            var source = Sources[((index * 3) + i) % Sources.Length];
            item.Evidence.Neighbours.Add(new Neighbour
            {
                EntryId = source,
                Side = i < 3 ? Side.Violation : Side.Benign,
                Policy = policy,
                Source = source.Split(':')[0],
            });
        }

        string[] features =
        [
            $"violations nearer than look-alikes: {policy} = 0.", $"nearest known look-alike: {policy} = 0.", $"nearest known violation: {policy} = 0.",
            "wording and meaning: harm", $"meaning: {policy}", $"wording: {policy}", $"wording and meaning: {policy}",
        ];
        item.Evidence.Reasons.AddRange(features.Select(feature => new Reason { Feature = feature, Policy = policy }));
        item.Parts.Add(new PartDigest { Kind = "text", Sha256 = ByteString.CopyFrom(new byte[32]), Mime = "text/plain" });
        return item;
    }
}
