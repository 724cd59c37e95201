using System.Net;
using System.Net.Sockets;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Roles;

namespace Vigil.Pipeline.Tests;

public sealed class HttpAddressesTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void CheckFree_AddressTaken_NamesItAndTheSetting(string host)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://{host}:{((IPEndPoint)other.LocalEndpoint).Port}";

        var fault = Assert.Throws<CommandFailedException>(() => HttpAddresses.CheckFree(new() { Urls = address }));

        Assert.Contains(address, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Vigil:Http:Urls", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckFree_AnyFreePort_IsFree() => HttpAddresses.CheckFree(new() { Urls = "http://127.0.0.1:0;http://localhost:0" });

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://127.0.0.1:8080")]
    [InlineData(";")]
    public void Validate_NoAddress_IsAnError(string urls) => Assert.True(new HttpOptionsRules().Validate(null, new() { Urls = urls }).Failed);

    [Fact]
    public void InstanceName_TwoPortsOfOneMachine_DifferAndStay()
    {
        var one = WorkerRole.InstanceName("", new() { Urls = "http://127.0.0.1:8080" });

        Assert.Equal(one, WorkerRole.InstanceName("", new() { Urls = "http://0.0.0.0:8080;http://127.0.0.1:9" }));
        Assert.NotEqual(one, WorkerRole.InstanceName("", new() { Urls = "http://127.0.0.1:8081" }));
        Assert.Equal("mine", WorkerRole.InstanceName("mine", new()));
    }
}
