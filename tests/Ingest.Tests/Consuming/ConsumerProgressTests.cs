using Microsoft.Extensions.Time.Testing;

namespace Vigil.Ingest.Tests.Consuming;

public sealed class ConsumerProgressTests
{
    private readonly FakeTimeProvider _time = new(TestRecords.Noon.AddSeconds(60));

    // Pitfall 44.
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
    public void Lags_FirstRecordAfterALongSilence_IsAsOldAsItself()
    {
        var progress = new ConsumerProgress(_time);
        progress.Read(3, 10, TestRecords.Noon, 11);
        progress.Committed(3, 11, TestRecords.Noon);
        _time.Advance(TimeSpan.FromHours(1));
        progress.Read(3, 11, _time.GetUtcNow().AddSeconds(-2), 12);

        Assert.Equal((3, 1L, 2.0), Assert.Single(progress.Lags()));
    }

    [Fact]
    public void Lags_LogGrowsWhileNothingIsRead_GrowWithIt()
    {
        var progress = new ConsumerProgress(_time);
        progress.Read(3, 10, TestRecords.Noon, 11);
        progress.Committed(3, 11, TestRecords.Noon);
        progress.End(3, 15);
        progress.End(4, 15);
        _time.Advance(TimeSpan.FromSeconds(30));
        progress.End(3, 20);

        Assert.Equal((3, 9L, 30.0), Assert.Single(progress.Lags()));
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
