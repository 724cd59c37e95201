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
}

[OptionsValidator]
internal sealed partial class HttpOptionsValidator : IValidateOptions<HttpOptions>;
