namespace Vigil.Ingest.Tests;

public sealed class IngestOptionsTests
{
    [Fact]
    public void Validate_SeveralOutOfRange_NamesAllAtOnce()
    {
        var result = new IngestOptionsValidator().Validate(null, new() { BatchRecords = 0, WindowIds = -1, SessionTimeoutSeconds = 9_999 });

        Assert.True(result.Failed);
        Assert.Equal(3, result.Failures!.Count());
    }

    [Fact]
    public void Validate_Defaults_AreInRange() => Assert.True(new IngestOptionsValidator().Validate(null, new()).Succeeded);
}
