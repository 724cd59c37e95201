using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Review;

/// <summary>
/// Tells a repeat from another call: a few letters of a hash, of the Idempotency-Key and of what the call says. Both can be
/// made from the record on <c>decisions</c>, so a rebuilt queue knows them too.
/// </summary>
internal static class CallMark
{
    public const int CallLetters = 2 * WordBytes;

    private const int Bytes = 8;
    private const int WordBytes = 4;

    public static string OfKey(string key) => key.Length == 0 ? "" : Of(Encoding.UTF8.GetBytes(key));

    /// <summary>Of the reviewer's own words alone, not of the lease or the item.</summary>
    public static string OfWords(Decision decision)
    {
        var words = new Decision { Verdict = decision.Verdict, SecondsSpent = decision.SecondsSpent, Note = decision.Note, Reason = decision.Reason };
        words.Policies.AddRange(decision.Policies);
        return Of(words.ToByteArray());
    }

    /// <summary>Decision id of an undo under a key. The record on the log does not say whether its target was named, so the id does.</summary>
    public static string OfUndo(string id, Reviewer reviewer, string key, string? decisionId, string note) =>
        OfCall("undo", id, reviewer, key, new() { Reverses = decisionId ?? "", Note = note });

    /// <summary>
    /// Decision id of a call without a lease, under a key. It ends with a mark of what the call says, the last
    /// <see cref="CallLetters"/> letters; what comes before names the call.
    /// </summary>
    public static string OfCall(string kind, string id, Reviewer caller, string key, Decision says)
    {
        var call = SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{caller.Name}\n{key}\n{id}"));
        var words = SHA256.HashData(says.ToByteArray());
        return new Guid([.. call.AsSpan(0, 16 - WordBytes), .. words.AsSpan(0, WordBytes)]).ToString();
    }

    private static string Of(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, Bytes));
}
