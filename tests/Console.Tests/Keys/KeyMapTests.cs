namespace Vigil.ReviewConsole.Keys;

public sealed class KeyMapTests
{
    [Fact]
    public void Standard_HasOneKeyForEveryAct()
    {
        Assert.Equal("V", KeyMap.Standard[KeyAct.Violation]);
        Assert.Equal("?", KeyMap.Standard[KeyAct.Help]);
        Assert.Equal(KeyMap.Standard, KeyMap.Parse(KeyMap.Standard.ToString()));
    }

    [Theory]
    [InlineData("vxesunjkigrf?", true)]
    [InlineData("VXESUNJKIGRF?", true)]
    [InlineData(";:'\"<>&`~!@#$", true)]
    [InlineData("vbesunjkigrf", false)]
    [InlineData("vbesunjkigrf?x", false)]
    [InlineData("vvesunjkigrf?", false)]
    [InlineData("vVesunjkigrf?", false)]
    [InlineData("v1esunjkigrf?", false)]
    [InlineData("v esunjkigrf?", false)]
    [InlineData("v\u0444esunjkigrf?", false)]
    [InlineData("v\tesunjkigrf?", false)]
    [InlineData("", false)]
    public void Parse_Keys_TakesOneForEachActAndNoOther(string keys, bool isTaken) => Assert.Equal(isTaken, KeyMap.Parse(keys) is not null);

    [Fact]
    public void Json_OfAnyKeys_NamesTheActOfEach()
    {
        var keys = KeyMap.Parse(";:'\"<>&`~!@#$")!;

        var read = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(keys.Json)!;

        Assert.Equal(KeyMap.Acts.Select(KeyMap.NameOf), KeyMap.Acts.Select(act => read[keys[act].ToLowerInvariant()]));
    }
}
