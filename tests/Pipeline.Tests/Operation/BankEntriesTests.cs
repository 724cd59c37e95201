using Vigil.Pipeline.Operation.Erasure;

namespace Vigil.Pipeline.Tests.Operation;

public sealed class BankEntriesTests
{
    [Theory]
    [InlineData("content:5", "5", true)]
    [InlineData("5", "5", true)]
    [InlineData("content:post:5", "post:5", true)]
    [InlineData("post:5", "post:5", true)]
    [InlineData("content:post:5", "5", false)]
    [InlineData("content:15", "5", false)]
    [InlineData("curated list", "5", false)]
    public void Names_SourceOfAnEntry_OnlyTheWholeId(string source, string id, bool isNamed) => Assert.Equal(isNamed, BankEntries.Names(source, id));
}
