using Vigil.Contracts.Wire;
using static Vigil.Ingest.Tests.TestRecords;

namespace Vigil.Ingest.Tests.Outcomes;

public sealed class TraceLinkTests
{
    [Fact]
    public void Continue_PublisherSentATrace_KeepsItsTraceId()
    {
        var record = Record("a", null, headers: (WireHeaders.TraceParent, "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00"));

        Assert.StartsWith("00-0123456789abcdef0123456789abcdef-", TraceLink.Continue(record, TraceLink.Of(null)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void Continue_NoUsableTrace_MakesAValidOne(string? parent)
    {
        var record = parent is null ? Record("a", null) : Record("a", null, headers: (WireHeaders.TraceParent, parent));

        Assert.Matches("^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$", TraceLink.Continue(record, TraceLink.Of(null)));
    }
}
