using System.Security.Cryptography;
using Vigil.Review;
using Vigil.ReviewConsole.SignIn;

namespace Vigil.Pipeline.Demo;

/// <summary>The one reviewer of a demo: a lead, known by a token that is drawn anew every time.</summary>
internal sealed record DemoReviewer(string Token)
{
    public const string Name = "demo";

    private static readonly string[] Roles = [ReviewerOptions.Reviewer, ReviewerOptions.Lead];

    public IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        KeyValuePair.Create($"Review:Tokens:{Token}:Name", (string?)Name),
        KeyValuePair.Create($"Review:Tokens:{Token}:Roles", (string?)string.Join(',', Roles)),
    ];

    /// <summary>Of a link into the console that can be used once.</summary>
    public Task<string> SignInPathAsync(IServiceProvider services) => services.GetRequiredService<SignInLinks>().CreateAsync(Name, Roles);

    public static DemoReviewer Make() => new(RandomNumberGenerator.GetHexString(32, lowercase: true));
}
