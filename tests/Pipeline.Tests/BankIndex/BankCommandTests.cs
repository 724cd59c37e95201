using System.CommandLine;
using System.Text.Json;
using Vigil.Pipeline.Commands;

namespace Vigil.Pipeline.Tests.BankIndex;

public sealed class BankCommandTests(BankBroker broker) : IClassFixture<BankBroker>, IDisposable
{
    private const string Turnips = "the moles took my turnips again";

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-bank-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AddListSearchDisable_ThroughTheRole_ShowWhatWorkersSee()
    {
        using var topics = await broker.TopicsAsync();
        await using var node = await BankNode.StartAsync(topics, broker.Encoder, follows: false);
        var added = await JsonAsync(topics, "add", "--id", "moles", "--side", "violation", "--policy", "spam_scam", "hate", "--text", Turnips, "--severity", "3", "--note", "seen twice");
        Assert.Equal("live", added.GetProperty("state").GetString());
        await Eventually.Async(() => topics.Listed().ContainsKey("moles"));

        var entry = Assert.Single((await JsonAsync(topics, "list", "--policy", "hate")).GetProperty("entries").EnumerateArray());
        Assert.Equal(("moles", "violation", "live", 3), (
            entry.GetProperty("id").GetString(), entry.GetProperty("side").GetString(), entry.GetProperty("state").GetString(), entry.GetProperty("severity").GetInt32()));
        Assert.Equal(0, (await JsonAsync(topics, "list", "--side", "benign")).GetProperty("total").GetInt32());

        var searched = await JsonAsync(topics, "search", "--text", Turnips, "--policy", "spam_scam");
        Assert.Equal("sha256", Assert.Single(searched.GetProperty("hashHits").EnumerateArray()).GetProperty("algorithm").GetString());
        Assert.Equal(1, Assert.Single(searched.GetProperty("nearest").EnumerateArray()).GetProperty("similarity").GetDouble(), 0.001);

        await JsonAsync(topics, "disable", "--id", "moles");
        await Eventually.Async(() => topics.Listed()["moles"].StateName(DateTimeOffset.UnixEpoch) == "disabled");
        Assert.Empty((await JsonAsync(topics, "search", "--text", Turnips)).GetProperty("nearest").EnumerateArray());
        Assert.Empty((await JsonAsync(topics, "list", "--state", "live")).GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task Add_FileThatExpires_IsStoredWithItsTime()
    {
        using var topics = await broker.TopicsAsync();
        var file = Path.Combine(_folder, "exemplar.txt");
        await File.WriteAllTextAsync(file, Turnips, TestContext.Current.CancellationToken);
        var added = await JsonAsync(topics, "add", "--id", "file", "--side", "benign", "--policy", "spam_scam", "--file", file, "--expires-hours", "2");
        Assert.True(added.GetProperty("expiresAt").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
    }

    [Theory]
    [InlineData("two#state")]
    [InlineData("starter#two")]
    [InlineData(" ")]
    public async Task Add_IdThatMayNotBe_IsRefused(string id)
    {
        using var topics = await broker.TopicsAsync();
        await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(topics, "add", "--id", id, "--side", "benign", "--policy", "spam_scam", "--text", "beans"));
    }

    [Fact]
    public async Task Disable_UnknownId_FailsAndNamesIt()
    {
        using var topics = await broker.TopicsAsync();
        var fault = await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(topics, "disable", "--id", "nobody"));
        Assert.Contains("nobody", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_EntryNotYetIndexed_IsTaken()
    {
        using var topics = await broker.TopicsAsync();
        await topics.AddAsync("fresh", Turnips);
        await JsonAsync(topics, "disable", "--id", "fresh");
    }

    [Fact]
    public async Task List_WithoutJson_PrintsATable()
    {
        using var topics = await broker.TopicsAsync();
        Assert.Contains("0 of 0 entries", await RunAsync(topics, "list"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add", "--id", "a", "--side", "violation", "--policy", "spam_scam")]
    [InlineData("add", "--id", "a", "--side", "violation", "--policy", "spam_scam", "--text", "x", "--file", "y")]
    [InlineData("add", "--id", "a", "--side", "sideways", "--policy", "spam_scam", "--text", "x")]
    [InlineData("add", "--id", "a", "--side", "violation", "--policy", "nope", "--text", "x")]
    [InlineData("search", "--text", "x", "--policy", "nope")]
    [InlineData("search", "--text", "x", "--k", "0")]
    [InlineData("list", "--set", "novalue")]
    public void Parse_WrongUsage_IsAnError(params string[] args) => Assert.NotEmpty(UsageErrors.Of(BankCommand.Create().Parse(args)));

    [Fact]
    public async Task Add_FileThatIsNoImage_IsRefusedBeforeAnythingIsSent()
    {
        using var topics = await broker.TopicsAsync();
        var file = Path.Combine(_folder, "notes.txt");
        await File.WriteAllTextAsync(file, Turnips, TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(topics, "add", "--id", "notes", "--side", "violation", "--policy", "hate", "--image", file));

        Assert.Contains("not_an_image", fault.Message, StringComparison.Ordinal);
        Assert.False(Vigil.Pipeline.BankIndex.BankListing.IsOnBank(topics.Clients, "notes", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Add_FileThatIsNot_NamesItOnce()
    {
        using var topics = await broker.TopicsAsync();

        var fault = await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(topics, "add", "--id", "gone", "--side", "violation", "--policy", "hate", "--file", "/nowhere/gone.txt"));

        Assert.Equal("/nowhere/gone.txt cannot be read: there is no such file", fault.Message);
    }

    private static async Task<JsonElement> JsonAsync(BankTopics topics, params string[] args)
    {
        using var document = JsonDocument.Parse(await RunAsync(topics, [.. args, "--json"]));
        return document.RootElement.Clone();
    }

    private static async Task<string> RunAsync(BankTopics topics, params string[] args)
    {
        await using var output = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false };
        string[] settings = [.. topics.Settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" })];
        Assert.Equal(ExitCode.Done, await BankCommand.Create().Parse([.. args, .. settings]).InvokeAsync(configuration, TestContext.Current.CancellationToken));
        return output.ToString();
    }
}
