using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

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
