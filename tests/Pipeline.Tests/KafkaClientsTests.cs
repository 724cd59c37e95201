using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests;

public sealed class KafkaClientsTests
{
    [Theory]
    [InlineData("security.protocol")]
    [InlineData("SECURITY_PROTOCOL")]
    [InlineData("security_protocol")]
    public void Consumer_SettingOfTheClient_IsPassedOnUnderItsOwnName(string name)
    {
        var clients = new KafkaClients(Options.Create(new KafkaOptions { Bootstrap = "127.0.0.1:1", Client = { [name] = "SASL_SSL" } }));

        Assert.Contains(KeyValuePair.Create("security.protocol", "SASL_SSL"), clients.Consumer("group"));
    }
}
