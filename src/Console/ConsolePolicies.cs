using Microsoft.AspNetCore.Authorization;
using Vigil.Review;
using Vigil.ReviewConsole.SignIn;

namespace Vigil.ReviewConsole;

/// <summary>Who may open what.</summary>
internal static class ConsolePolicies
{
    /// <summary>Claims and decides.</summary>
    public const string Work = "console-work";

    /// <summary>Sees content.</summary>
    public const string Content = "console-content";

    /// <summary>Sees how the queues do, and changes what others decided.</summary>
    public const string Lead = "console-lead";

    /// <summary>Signed in, whatever the role.</summary>
    public const string Known = "console-known";

    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Known, policy => policy.AddAuthenticationSchemes(ConsoleSession.Scheme).RequireAuthenticatedUser());
        options.AddPolicy(Work, policy => policy.AddAuthenticationSchemes(ConsoleSession.Scheme).RequireRole(ReviewerOptions.Reviewer, ReviewerOptions.Lead));
        options.AddPolicy(Lead, policy => policy.AddAuthenticationSchemes(ConsoleSession.Scheme).RequireRole(ReviewerOptions.Lead));
        options.AddPolicy(Content, policy => policy.AddAuthenticationSchemes(ConsoleSession.Scheme).RequireRole(ReviewerOptions.Reviewer, ReviewerOptions.Lead, ReviewerOptions.Curator));
    }
}
