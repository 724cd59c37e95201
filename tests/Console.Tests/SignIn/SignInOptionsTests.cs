namespace Vigil.ReviewConsole.SignIn;

public sealed class SignInOptionsTests
{
    [Fact]
    public void Validate_NothingSet_IsFine() => Assert.True(new SignInOptionsRules().Validate(null, new()).Succeeded);

    [Fact]
    public void Validate_ManyErrors_NamesThemAll()
    {
        var failed = new SignInOptionsRules().Validate(null, new()
        {
            Provider = "http://sign-in.example.org",
            Scopes = "profile",
            RolesClaim = "",
            PublicUrl = "https://review.example.org/below",
        });

        string[] wanted = ["Provider must be", "ClientId go together", "openid", "RolesClaim", "PublicUrl"];
        Assert.Equal(wanted.Length, failed.Failures!.Count());
        Assert.All(wanted, words => Assert.Contains(words, failed.FailureMessage, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/console", true)]
    [InlineData("/console/work/hate", true)]
    [InlineData("/console?x=1", true)]
    [InlineData("/consoles", false)]
    [InlineData("//console", false)]
    [InlineData("/console/\\example.org", false)]
    [InlineData("/console/\n", false)]
    [InlineData("https://example.org/console", false)]
    [InlineData(null, false)]
    public void IsOurs_Address_LeadsToAPageOfOursOrNot(string? address, bool isOurs) => Assert.Equal(isOurs, ConsolePaths.IsOurs(address));
}
