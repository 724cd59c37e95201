using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Vigil.Review.Http;

/// <summary>Tells who calls by the bearer token. Comparison takes the same time whichever token is near.</summary>
internal sealed class ReviewerTokens(IReadOnlyDictionary<string, ReviewerOptions> tokens)
{
    private readonly (byte[] Hash, Caller Caller)[] _known =
    [
        .. tokens.Select((pair, place) => (SHA256.HashData(Encoding.UTF8.GetBytes(pair.Key)), CallerOf(place, pair.Value))),
    ];

    public Caller? Find(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers[HeaderNames.Authorization].ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var given = SHA256.HashData(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim()));
        Caller? found = null;
        foreach (var (hash, caller) in _known)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, given))
            {
                found = caller;
            }
        }

        return found;
    }

    private static Caller CallerOf(int place, ReviewerOptions options)
    {
        var roles = ReviewerRoles.Parse(options.Roles, out _);
        return new(place, new(options.Name, roles.HasFlag(ReviewerRole.Lead)), roles);
    }
}
