using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Vigil.Review.Http;

/// <summary>Tells who calls by the bearer token. Comparison takes the same time whichever token is near.</summary>
internal sealed class ReviewerTokens(IReadOnlyDictionary<string, ReviewerOptions> tokens)
{
    private readonly (byte[] Hash, Reviewer Reviewer)[] _known =
    [
        .. tokens.Select(pair => (
            SHA256.HashData(Encoding.UTF8.GetBytes(pair.Key)),
            new Reviewer(pair.Value.Name, pair.Value.Roles.Split(',', StringSplitOptions.TrimEntries).Contains(ReviewerOptions.Lead)))),
    ];

    public Reviewer? Find(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers[HeaderNames.Authorization].ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var given = SHA256.HashData(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim()));
        Reviewer? found = null;
        foreach (var (hash, reviewer) in _known)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, given))
            {
                found = reviewer;
            }
        }

        return found;
    }
}
