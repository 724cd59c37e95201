using System.Security.Cryptography;

namespace Vigil.Pipeline.Demo;

/// <summary>The one reviewer of a demo: a lead, known by a token that is drawn anew every time.</summary>
internal sealed record DemoReviewer(string Token)
{
    public const string Name = "demo";

    public IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        KeyValuePair.Create($"Review:Tokens:{Token}:Name", (string?)Name),
        KeyValuePair.Create($"Review:Tokens:{Token}:Roles", (string?)"reviewer,lead"),
    ];

    public static DemoReviewer Make() => new(RandomNumberGenerator.GetHexString(32, lowercase: true));
}
