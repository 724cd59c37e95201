using Microsoft.Extensions.Options;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>Section <c>Vigil:SignIn</c>: the OpenID Connect provider that moderators sign in with.</summary>
public sealed class SignInOptions
{
    public const string Section = "Vigil:SignIn";

    /// <summary>Address of the provider, as its discovery document has it; empty: only one-time links sign in.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Under which the provider knows the console. There, allow the address of the console followed by /console/sign-in/provider/return.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>What the provider gave for the client; empty for a public client.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>What is asked of the provider, separated by spaces; openid is among it.</summary>
    public string Scopes { get; set; } = "openid profile";

    /// <summary>Claim under whose value leases and decisions are recorded: one that the provider never gives to two people.</summary>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>Claim whose values are roles: reviewer, lead, curator. Others are passed over.</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>Address of the console as browsers have it, where a proxy stands before it, such as https://review.example.org.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Whether there is a provider.</summary>
    internal bool HasProvider => Provider.Length > 0;
}

/// <summary>What must hold of <see cref="SignInOptions"/>; all errors at once.</summary>
internal sealed class SignInOptionsRules : IValidateOptions<SignInOptions>
{
    public ValidateOptionsResult Validate(string? name, SignInOptions options)
    {
        var errors = new List<string>();
        if (options.HasProvider && !IsSafe(options.Provider))
        {
            errors.Add($"{SignInOptions.Section}:Provider must be an https address (http only on this machine), not '{options.Provider}'.");
        }

        if (options.HasProvider != options.ClientId.Length > 0)
        {
            errors.Add($"{SignInOptions.Section}:Provider and {SignInOptions.Section}:ClientId go together: set both or none.");
        }

        if (!options.Scopes.Split(' ').Contains("openid"))
        {
            errors.Add($"{SignInOptions.Section}:Scopes must have openid among them.");
        }

        if (options.NameClaim.Length == 0 || options.RolesClaim.Length == 0)
        {
            errors.Add($"{SignInOptions.Section}:NameClaim and {SignInOptions.Section}:RolesClaim must not be empty.");
        }

        if (options.PublicUrl.Length > 0 && !(IsSafe(options.PublicUrl) && new Uri(options.PublicUrl).AbsolutePath == "/"))
        {
            errors.Add($"{SignInOptions.Section}:PublicUrl must be an https address without a path (http only on this machine), not '{options.PublicUrl}'.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsSafe(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
