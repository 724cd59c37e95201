using Microsoft.Extensions.Time.Testing;

namespace Vigil.Ingest.Tests.Consuming;

public sealed class ConsumerProgressTests
{
    private readonly FakeTimeProvider _time = new(TestRecords.Noon.AddSeconds(60));

    [Fact]
    public void Lags_OffsetsCommittedByTheProducer_CountTheBacklogFromThere()
    {
        var progress = new ConsumerProgress(_time);
        progress.Read(3, 10, TestRecords.Noon, 100);
        Assert.Equal((3, 90L, 60.0), Assert.Single(progress.Lags()));

        progress.Committed(3, 40, TestRecords.Noon.AddSeconds(20));
        Assert.Equal((3, 60L, 40.0), Assert.Single(progress.Lags()));

        progress.Committed(3, 100, TestRecords.Noon.AddSeconds(50));
        Assert.Equal((3, 0L, 0.0), Assert.Single(progress.Lags()));
    }

    [Fact]
    public void Forget_RevokedPartition_IsNoLongerReported()
    {
        var progress = new ConsumerProgress(_time);
        progress.Read(1, 0, TestRecords.Noon, 5);
        progress.Forget([1]);
        progress.Committed(1, 3, TestRecords.Noon);

        Assert.Empty(progress.Lags());
    }
}
