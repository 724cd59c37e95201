using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Vigil.Pipeline.Configuration;

/// <summary>Section <c>Vigil:Http</c>: where the API, metrics and health are served.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Vigil:Http";

    /// <summary>Addresses, separated by ';'. Port 0: any free one.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    public string[] Addresses => Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Of the first address; 0: any free one.</summary>
    public int Port => BindingAddress.Parse(Addresses[0]).Port;
}

[OptionsValidator]
internal sealed partial class HttpOptionsValidator : IValidateOptions<HttpOptions>;

/// <summary>What attributes cannot say of <see cref="HttpOptions"/>.</summary>
internal sealed class HttpOptionsRules : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var faults = options.Addresses.Where(address => !IsAddress(address)).ToList();
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults.Select(address => $"Vigil:Http:Urls: '{address}' is no address such as http://127.0.0.1:8080."))
            : options.Addresses.Length == 0 ? ValidateOptionsResult.Fail("Vigil:Http:Urls names no address.")
            : ValidateOptionsResult.Success;
    }

    private static bool IsAddress(string text)
    {
        try
        {
            return BindingAddress.Parse(text).Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
