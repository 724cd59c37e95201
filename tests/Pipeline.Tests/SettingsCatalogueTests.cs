using System.Text.Json;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Tests;

/// <summary>What `vigil settings` says is what the options classes check.</summary>
public sealed class SettingsCatalogueTests
{
    [Fact]
    public void All_EverySetting_HasAMeaning() =>
        Assert.Empty(SettingsCatalogue.All.Where(setting => setting.Meaning.Length == 0).Select(setting => setting.Key));

    [Fact]
    public void All_ClassesNamedAsOptionsOfASection_AreInIt()
    {
        var bound = SettingsCatalogue.Sections.Values.Select(options => options.Assembly).Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetField("Section") is not null);

        Assert.Empty(bound.Except(SettingsCatalogue.Sections.Values));
    }

    [Theory]
    [InlineData("Kafka:Replication", "a whole number", "1", "1 to 15")]
    [InlineData("Review:LeaseMinutes", "a number", "10", "0.05 to 60")]
    [InlineData("Ledger:Enabled", "true or false", "true", "")]
    [InlineData("Embed:TokenBudget", "a whole number", "", "256 to 65,536")]
    [InlineData("Http:Urls", "text", "http://127.0.0.1:8080", "required")]
    public void All_ASetting_IsAsItsClassHasIt(string key, string type, string standard, string range)
    {
        var setting = SettingsCatalogue.All.Single(one => one.Key == key);

        Assert.Equal((type, standard, range), (setting.Type, setting.Standard, setting.Range));
    }

    [Fact]
    public void All_SettingsThatNameThemselves_AreShownWithTheirForm() =>
        Assert.Equal(
            ["Console:Score:<name>", "Kafka:Client:<name>", "Review:Tokens:<token>:Name", "Review:Tokens:<token>:Roles"],
            SettingsCatalogue.All.Select(setting => setting.Key).Where(key => key.Contains('<', StringComparison.Ordinal)).Order());

    [Fact]
    public async Task Settings_AsJsonOfAWord_AreThoseThatHoldIt()
    {
        await using var output = new StringWriter();
        var code = await CommandLine.Create().Parse(["settings", "redis", "--json"]).InvokeAsync(new() { Output = output }, TestContext.Current.CancellationToken);

        using var document = JsonDocument.Parse(output.ToString());
        Assert.Equal(ExitCode.Done, code);
        Assert.All(document.RootElement.EnumerateArray(), setting => Assert.StartsWith("Redis:", setting.GetProperty("key").GetString(), StringComparison.Ordinal));
        Assert.Equal("VIGIL__REDIS__URL", document.RootElement[0].GetProperty("variable").GetString());
    }
}
