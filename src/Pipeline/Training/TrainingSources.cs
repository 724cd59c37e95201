namespace Vigil.Pipeline.Training;

/// <summary>Which data sets train what ships, and how much a row of each counts.</summary>
internal static class TrainingSources
{
    /// <summary>Share-alike or of unverified licence: evaluated on, never trained on.</summary>
    public static IReadOnlyList<string> NeverTrained { get; } = ["cad2021", "khate2020", "toldbr2020", "wiki_toxic", "youtube_spam"];

    /// <summary>Unlabelled chatter that counts as a weak negative of everything.</summary>
    public static IReadOnlyList<string> Background { get; } = ["goemotions", "irc_ubuntu"];

    /// <summary>The twelve the model was first studied on.</summary>
    public static IReadOnlyList<string> Studied { get; } =
    [
        "ailuminate", "civil_toxic_spans", "cold2022", "davidson2017", "edos2023", "germeval2018",
        "hatemojibuild", "hatexplain", "jptoxic2023", "mlma2019", "sms_spam", "tg_spam",
    ];

    public const double BackgroundWeight = 0.026;

    private const int FewViolations = 5000;

    /// <summary>A row whose policy is unknown counts as a weak negative of policies that are rare everywhere.</summary>
    public const double UnknownWeight = 0.3;

    public static IReadOnlyList<string> UnknownIsNegative { get; } = ["self_harm", "sexual", "spam_scam"];

    /// <summary>
    /// Policies that sources mark at rates which say how the source was gathered and nothing else: those rates are taken out of the
    /// stack. Not spam, whose sources are inboxes, nor violence, where it costs what is known for more than it brings.
    /// </summary>
    public static IReadOnlyList<string> RatesLeftOut { get; } = ["self_harm", "sexual"];

    /// <summary>
    /// What a policy takes from the witnesses that carry over: the fewer sources and rows show its violations, the more, since a stack
    /// then knows the sources rather than the policy. Chosen with sources left out: see the model card.
    /// </summary>
    /// <param name="violations">Train rows that violate it.</param>
    public static (double Share, double Margin) Transfer(string policy, int violations) =>
        UnknownIsNegative.Contains(policy) ? (0.6, 5) : violations < FewViolations ? (0.45, 10) : (0.1, 20);

    // Plain mixing of the later sources costs the trained ones and the stream; by measurement in the data's README.
    private static readonly Dictionary<string, double> Weights = new()
    {
        ["multijail"] = 1,
        ["catqa"] = 1,
        ["simplesafety"] = 1,
        ["xstest"] = 1,
        ["implicit_hate"] = 1,
        ["misogyny2021"] = 1,
        ["psyguard"] = 1,
        ["thai_sms"] = 0.3,
        ["spamassassin"] = 0.15,
        ["dravidian"] = 0.1,
        ["gahd"] = 0.1,
        ["ko_curse"] = 0.1,
        ["mpold"] = 0.1,
        ["offenseval_tr"] = 0.1,
        ["paradetox"] = 0.1,
        ["ruhsold"] = 0.1,
        ["swsr"] = 0.1,
        ["uli"] = 0.1,
        ["vihos"] = 0.1,
    };

    /// <summary>
    /// Of the large sources of low weight and of background a fixed draw stands for all, so that weight and not size decides what a
    /// run costs.
    /// </summary>
    public static double Share(string source) => Background.Contains(source) ? 0.2 : Weights.GetValueOrDefault(source, 1) <= 0.1 ? 0.4 : 1;

    /// <summary>Of a drawn row: it stands for the ones that were not.</summary>
    public static double RowWeight(string source) => Weight(source) / Share(source);

    public static double Weight(string source) =>
        Background.Contains(source) ? BackgroundWeight : Weights.GetValueOrDefault(source, 1);
}
