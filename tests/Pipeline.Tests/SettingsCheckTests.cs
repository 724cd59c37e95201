using Microsoft.Extensions.Configuration;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Tests;

public sealed class SettingsCheckTests
{
    [Fact]
    public void Errors_SettingsOfEverySection_AreNone() => Assert.Empty(Errors(
        ("Vigil:Kafka:Bootstrap", "127.0.0.1:1"),
        ("Vigil:Kafka:Client:security.protocol", "ssl"),
        ("Vigil:Redis:Url", "redis://127.0.0.1:1"),
        ("vigil:ingest:batchrecords", "7"),
        ("Vigil:Review:Tokens:a-token-of-sixteen:Name", "ana"),
        ("Vigil:Embed:Provider", "Cpu"),
        ("Vigil:Degraded:HoldMinutes", "0.5"),
        ("Vigil:Rank:AuditShare", "0"),
        ("Vigil:Ledger:Enabled", "false"),
        ("Vigil:Bank:Starter", ""),
        ("Vigil:Http:Urls", "http://127.0.0.1:0"),
        ("Elsewhere:Bootstap", "x")));

    [Fact]
    public void Errors_SeveralOfEveryKind_AreAllNamedAtOnce()
    {
        var errors = Errors(
            ("Vigil:Kafka:Bootstap", "127.0.0.1:1"),
            ("Vigil:Kafka:Replication", "three"),
            ("Vigil:Kafka:MinInSync", "1.5"),
            ("Vigil:Ingst:BatchRecords", "7"));

        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, error => error.Contains("Vigil:Kafka:Bootstrap is meant?", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("Vigil:Kafka:Replication must be a whole number (1 to 15), not 'three'", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("Vigil:Kafka:MinInSync must be a whole number (1 to 15), not '1.5'", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("Vigil:Ingest is meant?", StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_OneUnderscoreWhereTwoBelong_IsNamed() =>
        Assert.Contains("VIGIL__", Assert.Single(Errors(("VIGIL_KAFKA:PREFIX", "trial"))), StringComparison.Ordinal);

    [Fact]
    public void Named_FailuresOfEveryForm_BeginWithTheNameOfTheSetting()
    {
        var failures = new[] { "Replication: The field Replication must be between 1 and 15.", "Bootstrap: Vigil:Kafka:Bootstrap is not set", "Prefix: too odd" };

        Assert.Equal(
            ["Vigil:Kafka:Replication must be 1 to 15.", "Vigil:Kafka:Bootstrap is not set", "Vigil:Kafka:Prefix: too odd"],
            SettingsCheck.Named(new("", typeof(KafkaOptions), failures)));
    }

    [Fact]
    public void Errors_BelowATokenOfAReviewer_DoNotNameTheToken()
    {
        var error = Assert.Single(Errors(("Vigil:Review:Tokens:a-token-of-sixteen:Nme", "ana")));

        Assert.DoesNotContain("a-token-of-sixteen", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://")]
    [InlineData("redis://user:secret@host:notaport")]
    [InlineData("host:6379,password=secret,ssl=perhaps")]
    public void Validate_RedisUrlThatCannotBeRead_IsAnErrorThatDoesNotRepeatIt(string url)
    {
        var result = new RedisOptionsRules().Validate(null, new() { Url = url });

        Assert.True(result.Failed);
        Assert.DoesNotContain("secret", result.FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://127.0.0.1:6379")]
    [InlineData("rediss://user:secret@redis.example:6380/2")]
    [InlineData("one:6379,two:6379,password=secret")]
    public void Validate_RedisUrl_IsTaken(string url) => Assert.True(new RedisOptionsRules().Validate(null, new() { Url = url }).Succeeded);

    private static IReadOnlyList<string> Errors(params (string Key, string Value)[] settings) => SettingsCheck.Of(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build()).Errors;
}
