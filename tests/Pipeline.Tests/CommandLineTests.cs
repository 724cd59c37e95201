using Confluent.Kafka;

namespace Vigil.Pipeline.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("run", "--roles", "nothing")]
    [InlineData("run", "--set", "no-equals-sign")]
    [InlineData("no-such-command")]
    [InlineData("help", "no-such-command")]
    [InlineData("help", "bank", "no-such-command")]
    public async Task RunAsync_WrongUsage_IsTwo(params string[] args) => Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(args));

    [Theory]
    [InlineData("--version")]
    [InlineData("version")]
    [InlineData("help", "bank", "add")]
    [InlineData("help", "status")]
    public async Task RunAsync_AskedWhatItIs_IsZero(params string[] args) => Assert.Equal(ExitCode.Done, await CommandLine.RunAsync(args));

    [Fact]
    public async Task RunAsync_WrongConfiguration_IsTwo() =>
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["run", "--set", "Kafka:Bootstrap=127.0.0.1:9", "--set", "Kafka:Replication=99"]));

    [Theory]
    [InlineData("Kafka:Replication=many")]
    [InlineData("Kafka:Bootstap=127.0.0.1:9")]
    [InlineData("Kafka:Client:security.protocol=bogus")]
    [InlineData("Kafka:Client:no.such.setting=1")]
    public async Task RunAsync_SettingThatIsNone_IsTwo(string setting)
    {
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["run", "--roles", "bank", "--set", "Kafka:Bootstrap=127.0.0.1:9", "--set", setting]));
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["bank", "list", "--set", "Kafka:Bootstrap=127.0.0.1:9", "--set", setting]));
    }

    [Fact]
    public async Task RunAsync_KafkaNamedButUnreachable_IsThree() =>
        Assert.Equal(ExitCode.Unreachable, await CommandLine.RunAsync(
            ["run", "--set", "Kafka:Bootstrap=127.0.0.1:1", "--set", "Redis:Url=redis://127.0.0.1:1", "--set", "Kafka:ConnectSeconds=1", "--set", "Review:Tokens:a-token-of-sixteen:Name=ana"]));

    [Fact]
    public async Task RunAsync_AddressTaken_IsOneBeforeAnythingIsAsked()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();

        Assert.Equal(ExitCode.Failed, await CommandLine.RunAsync(["run", "--roles", "bank", "--set", "Kafka:Bootstrap=127.0.0.1:1", "--set", $"Http:Urls=http://{other.LocalEndpoint}"]));
    }

    [Fact]
    public async Task RunAsync_ReviewWithoutTokens_IsTwo() =>
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["run", "--roles", "review", "--set", "Kafka:Bootstrap=127.0.0.1:1", "--set", "Redis:Url=redis://127.0.0.1:1"]));

    /// <summary>As a worker meets it that starts while the broker goes away: no stack trace, and a supervisor sees what is missing.</summary>
    [Theory]
    [InlineData(ErrorCode.Local_Transport, ExitCode.Unreachable)]
    [InlineData(ErrorCode.Local_TimedOut, ExitCode.Unreachable)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, ExitCode.Failed)]
    public void For_FaultOfTheClient_IsExpected(ErrorCode code, int expected) => Assert.Equal(expected, ExitCode.For(new KafkaException(code)));
}
