using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Redis;

namespace Vigil.Pipeline.Configuration;

/// <summary>Section <c>Vigil:Redis</c>.</summary>
internal sealed class RedisOptions
{
    public const string Section = "Vigil:Redis";

    /// <summary><c>redis://</c>, <c>rediss://</c> or a StackExchange.Redis configuration string; also <c>REDIS_URL</c>.</summary>
    [Required(ErrorMessage = "Vigil:Redis:Url is not set: name the server by REDIS_URL=redis://host:port, or start a private one with `vigil demo`.")]
    public string Url { get; set; } = "";

    /// <summary>Longest wait for the server at start, in seconds.</summary>
    [Range(1, 15)]
    public int ConnectSeconds { get; set; } = 10;
}

[OptionsValidator]
internal sealed partial class RedisOptionsValidator : IValidateOptions<RedisOptions>;

/// <summary>What attributes cannot say of <see cref="RedisOptions"/>.</summary>
internal sealed class RedisOptionsRules : IValidateOptions<RedisOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (options.Url.Length == 0)
        {
            return ValidateOptionsResult.Skip;
        }

        try
        {
            return RedisClient.Parse(options).EndPoints.Count > 0 ? ValidateOptionsResult.Success : Unusable();
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
        {
            return Unusable();
        }
    }

    // The text is not repeated: it may hold a password.
    private static ValidateOptionsResult Unusable() => ValidateOptionsResult.Fail(
        "Vigil:Redis:Url (REDIS_URL) cannot be read: write redis://host:port, rediss://user:password@host:port/database, or a StackExchange.Redis configuration string.");
}
