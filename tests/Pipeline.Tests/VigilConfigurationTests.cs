using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Tests;

public sealed class VigilConfigurationTests
{
    [Fact]
    public void ParseSetting_DoubleUnderscore_IsColon() =>
        Assert.Equal(new("Kafka:Prefix", "a=b"), VigilConfiguration.ParseSetting("Kafka__Prefix=a=b"));

    [Theory]
    [InlineData("")]
    [InlineData("novalue")]
    [InlineData("=x")]
    public void ParseSetting_NoKeyOrEquals_SaysSo(string text) =>
        Assert.Throws<FormatException>(() => VigilConfiguration.ParseSetting(text));
}
