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
    private const int Bytes = 8;

    public static string OfKey(string key) => key.Length == 0 ? "" : Of(Encoding.UTF8.GetBytes(key));

    /// <summary>Of the reviewer's own words alone, not of the lease or the item.</summary>
    public static string OfWords(Decision decision)
    {
        var words = new Decision { Verdict = decision.Verdict, SecondsSpent = decision.SecondsSpent, Note = decision.Note, Reason = decision.Reason };
        words.Policies.AddRange(decision.Policies);
        return Of(words.ToByteArray());
    }

    private static string Of(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, Bytes));
}
