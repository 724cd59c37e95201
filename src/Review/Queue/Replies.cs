using System.Buffers.Text;
using System.Globalization;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Review.Projection;

namespace Vigil.Review;

/// <summary>Reads what scripts answer: text throughout, the first field naming the outcome.</summary>
internal static class Replies
{
    /// <returns>Null: the call was done.</returns>
    public static Refusal? RefusalOf(RedisResult answer) => (string?)answer[0] switch
    {
        "rebuilding" => Refusal.Rebuilding,
        "unknown" => Refusal.NotFound,
        "lease_lost" => Refusal.LeaseLost,
        "withdrawn" => Refusal.Withdrawn,
        "deciding" => Refusal.Deciding,
        "too_many_leases" => Refusal.TooManyLeases,
        "too_late" => Refusal.TooLate,
        "already_decided" => Refusal.AlreadyDecided,
        "key_reused" => Refusal.KeyReused,
        "nothing_to_undo" => Refusal.NothingToUndo,
        "nothing_stands" => Refusal.NothingStands,
        "already_open" => Refusal.AlreadyOpen,
        _ => null,
    };

    public static DateTimeOffset? Time(RedisResult field) =>
        Number(field) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : null;

    public static double? Number(RedisResult field) =>
        double.TryParse((string?)field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <param name="version">Of the item, as the scripts hold it.</param>
    public static Contracts.RankedItem? Item(RedisResult field, RedisResult version) =>
        (byte[]?)field is { Length: > 0 } bytes ? PackedItem.Unpack(bytes, Version((string)version!)).ToDomain() : null;

    /// <summary>A lease as <c>claim</c> and <c>held</c> tell of it.</summary>
    public static Claim Claim(RedisResult row)
    {
        var item = Item(row[8], row[3]);
        // What is reviewed again is told of as a random draw.
        var random = (string)row[6]! is "random" or "again";
        var lease = new Lease(
            (string)row[1]!,
            (long)row[2],
            VersionText(row[3]),
            (string)row[4]!,
            Time(row[5])!.Value,
            random ? Contracts.Selection.Random : item?.Ranking?.Selection ?? Contracts.Selection.Ranked,
            random ? Number(row[7])!.Value : item?.Ranking?.Propensity ?? 1);
        return new(lease, item, Time(row[9]), VersionText(row[10]), Time(row[11])!.Value);
    }

    public static DecisionEntry Decision(RedisResult row)
    {
        var kind = (string)row[1]! switch
        {
            "f" => "final",
            "s" => "skip",
            "e" => "escalate",
            "u" => "undo",
            "o" => "reopen",
            _ => "second",
        };
        return new((string)row[0]!, kind, VersionText(row[2]), (string)row[3]!, Time(row[4])!.Value, Outcome((string)row[5]!), (string)row[6]!, (string)row[7]!);
    }

    /// <summary>What a decision says, from its kind and its final verdict.</summary>
    public static string Verdict(string kind, string final) => kind switch
    {
        "s" => "skip",
        "e" => "escalate",
        _ => final,
    };

    /// <summary>The projection's word for what became of a decision, as callers see it.</summary>
    public static string Outcome(string outcome) => outcome is "effective" or "again" ? "undone" : outcome;

    /// <summary>The same for whoever must not know that somebody had decided before.</summary>
    public static string PlainOutcome(string outcome) => outcome == "second" ? "stands" : Outcome(outcome);

    /// <summary>Takes apart a version as the scripts hold it.</summary>
    public static ContentVersion Version(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new(
            long.Parse(text.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
            Sha256Digest.Read(Base64Url.DecodeFromChars(text.AsSpan(colon + 1))));
    }

    /// <summary>A version as callers see it: revision:digest in hex; empty where there is none.</summary>
    public static string VersionText(RedisResult field) =>
        (string?)field is { Length: > 0 } text && Version(text) is var version ? $"{version.Revision.ToString(CultureInfo.InvariantCulture)}:{version.Digest}" : "";
}
