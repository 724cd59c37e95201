using Microsoft.Extensions.Configuration;
using Vigil.Pipeline.Telemetry;

namespace Vigil.Pipeline.Tests.Telemetry;

public sealed class ConfigurationInfoTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("vigil-config-").FullName;

    public ConfigurationInfoTests()
    {
        Directory.CreateDirectory(Path.Combine(_home, "policies"));
        File.WriteAllText(Path.Combine(_home, "policies", "spam.yaml"), "severity: 3");
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("Vigil:Ingest:Instance", "two")]
    [InlineData("Vigil:Http:Urls", "http://127.0.0.1:9")]
    [InlineData("Vigil:Review:Tokens:a-token-of-16-chars:Name", "ann")]
    [InlineData("Vigil:Kafka:Client:sasl.password", "secret")]
    [InlineData("Vigil:Ledger:Enabled", "false")]
    [InlineData("Vigil:Embed:Provider", "Cuda")]
    [InlineData("PATH", "/bin")]
    public void Hash_SettingsOfOneInstanceDiffer_IsTheSame(string key, string value) => Assert.Equal(Hash(), Hash((key, value)));

    [Fact]
    public void Hash_SettingsThatDecideAResultDiffer_IsAnother() => Assert.NotEqual(Hash(), Hash(("Vigil:Degraded:HoldMinutes", "7")));

    [Fact]
    public void Hash_APolicyDiffers_IsAnother()
    {
        var before = Hash();
        File.WriteAllText(Path.Combine(_home, "policies", "spam.yaml"), "severity: 4");

        Assert.NotEqual(before, Hash());
    }

    private string Hash(params (string Key, string Value)[] settings) => ConfigurationInfo.Hash(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build(),
        _home);
}
