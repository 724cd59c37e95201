namespace Vigil.Pipeline.Tests;

public sealed class UsageErrorsTests
{
    [Theory]
    [InlineData("--count must be a number from 1 to 1,000, not 'abc'", "queue", "top", "hate", "--count", "abc")]
    [InlineData("--k must be a number from 1 to 1,000, not 'abc'", "bank", "search", "--text", "hi", "--k", "abc")]
    [InlineData("--limit must be a number from 1, not 'abc'", "demo", "--exit", "--limit", "abc")]
    [InlineData("--limit must be a number from 1 to 1,000,000, not '-5'", "bank", "list", "--limit", "-5")]
    [InlineData("--rounds must be a number from 1 to 1,000, not '0'", "bench", "pipeline", "--rounds", "0")]
    [InlineData("--port must be a number from 0 to 65,535, not '70000'", "broker", "--port", "70000")]
    public void Of_NumberThatIsNone_SaysWhichThereAre(string error, params string[] args) => Assert.Equal([error], Errors(args));

    [Fact]
    public void Of_SeveralWrongOptions_AreAllNamedAtOnce() => Assert.Equal(
        [
            "Option '--id' is required.",
            "--side must be violation or benign, not 'bad'",
            "--policy must be harassment, hate, profanity, self_harm, sexual, spam_scam or violence, not 'nope'",
            "--severity must be a number from 1 to 10, not '99'",
            "--expires-hours must be a number from 0.01 to 100,000, not '-3'",
            "name one of --text, --file and --image",
        ],
        Errors("bank", "add", "--side", "bad", "--policy", "nope", "--severity", "99", "--expires-hours", "-3"));

    [Fact]
    public void Of_OptionsThatExcludeEachOther_AreNamedBesideAnotherError() =>
        Assert.Equal(2, Errors("demo", "--exit", "--keep", "--rate", "fast").Count);

    [Fact]
    public void Of_StateThereIsNot_NamesThoseThereAre() =>
        Assert.Equal(["--state must be live, shadow, canary, disabled, inert or expired, not 'nope'"], Errors("bank", "list", "--state", "nope"));

    [Theory]
    [InlineData("list")]
    [InlineData("replay")]
    public void Of_ReasonThereIsNot_NamesThoseThereAre(string command) => Assert.Equal(
        ["--reason must be undecodable, empty_value, schema, registry_frame, no_id, id_too_long, key_mismatch, empty, too_many_parts, text_too_long or record_too_large, not 'nope'"],
        Errors("dead-letters", command, "--reason", "no_id", "nope"));

    [Theory]
    [InlineData("vigil needs a command", "run")]
    [InlineData("vigil bank needs a command", "add", "bank")]
    [InlineData("'nope' is no command of vigil bank", "search", "bank", "nope")]
    public void Of_CommandMissingOrUnknown_ListsThoseThereAre(string error, string listed, params string[] args)
    {
        var errors = Errors(args);

        Assert.Equal(error, errors[0]);
        Assert.Matches($@"^there are .*\b{listed}\b", errors[1]);
    }

    [Fact]
    public async Task Help_OfACommand_IsWhatItsOwnHelpSays()
    {
        Assert.Equal(await OutputAsync("bank", "add", "--help"), await OutputAsync("help", "bank", "add"));
        Assert.Contains("--severity", await OutputAsync("help", "bank", "add"), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Errors(params string[] args) => UsageErrors.Of(CommandLine.Create().Parse(args));

    private static async Task<string> OutputAsync(params string[] args)
    {
        await using var output = new StringWriter();
        Assert.Equal(ExitCode.Done, await CommandLine.Create().Parse(args).InvokeAsync(new() { Output = output }, TestContext.Current.CancellationToken));
        return output.ToString();
    }
}
