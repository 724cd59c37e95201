using System.Text.RegularExpressions;

namespace Vigil.Review;

/// <summary>What a reviewer may be called. Names stand in leases and decisions, so all ways of signing in keep to one form.</summary>
public static partial class ReviewerName
{
    public const string Form = "1 to 64 letters, digits, '.', '_', '@' or '-'";

    public static bool IsValid(string name) => Valid().IsMatch(name);

    // \z, not $: that one lets a line feed at the end pass.
    [GeneratedRegex(@"^[A-Za-z0-9._@-]{1,64}\z")]
    private static partial Regex Valid();
}
