using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Review;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>Codes that sign a reviewer in once. They lie in Redis, by their hash, so that any instance takes them.</summary>
public sealed class SignInLinks(IConnectionMultiplexer redis, IOptions<ReviewOptions> review, IOptions<ConsoleOptions> options)
{
    private const int CodeLetters = 32;

    /// <returns>The path of the link.</returns>
    public async Task<string> CreateAsync(string name, IEnumerable<string> roles)
    {
        var code = RandomNumberGenerator.GetHexString(CodeLetters, lowercase: true);
        await redis.GetDatabase().StringSetAsync(KeyOf(code), $"{name}\n{string.Join('\n', roles)}", TimeSpan.FromMinutes(options.Value.LinkMinutes));
        return ConsolePaths.SignInWith(code);
    }

    /// <returns>Null: the code is unknown, too old, or was used.</returns>
    internal async Task<SignInGrant?> TakeAsync(string code)
    {
        var granted = code.Length == CodeLetters ? (string?)await redis.GetDatabase().StringGetDeleteAsync(KeyOf(code)) : null;
        return granted?.Split('\n') is [var name, .. var roles] ? new(name, roles) : null;
    }

    private RedisKey KeyOf(string code) => $"{review.Value.KeyPrefix}:sign-in:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)))}";
}

internal sealed record SignInGrant(string Name, IReadOnlyList<string> Roles);
