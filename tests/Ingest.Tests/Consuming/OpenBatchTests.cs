using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Vigil.Contracts.Wire;
using static Vigil.Ingest.Tests.TestRecords;

namespace Vigil.Ingest.Tests.Consuming;

public sealed class OpenBatchTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void IsDue_ByCount_AtTheLimit()
    {
        var batch = new OpenBatch(new() { BatchRecords = 2 }, _time);
        batch.Add(Record("a", [1]));
        Assert.False(batch.IsDue);
        batch.Add(Record("b", [1]));
        Assert.True(batch is { IsDue: true, IsFull: true });
    }

    [Fact]
    public void IsDue_ByBytes_AtTheLimit()
    {
        var batch = new OpenBatch(new() { BatchBytes = 64 * 1024 }, _time);
        batch.Add(Record("a", new byte[60 * 1024]));
        Assert.False(batch.IsDue);
        batch.Add(Record("b", new byte[4 * 1024]));
        Assert.True(batch is { IsDue: true, IsFull: true });
    }

    [Fact]
    public void IsDue_ByText_AtTheLimit()
    {
        var batch = new OpenBatch(new() { BatchTextBytes = 64 * 1024 }, _time);
        batch.Add(Proto("a", Post("a", new string('x', 50 * 1024))));
        Assert.False(batch.IsDue);
        batch.Add(Json("b", $$"""{"id":"b","parts":[{"text":"{{new string('x', 14 * 1024)}}"}]}"""));
        Assert.True(batch is { IsDue: true, IsFull: true });
        batch.Take();
        Assert.False(batch.IsFull);
    }

    [Fact]
    public void IsDue_ByText_ImagesDoNotCount()
    {
        var batch = new OpenBatch(new() { BatchTextBytes = 64 * 1024 }, _time);
        var picture = Post("a", "beside it");
        picture.Parts.Add(new Part { Image = new() { Bytes = ByteString.CopyFrom(new byte[100 * 1024]) } });
        batch.Add(Proto("a", picture));
        Assert.False(batch.IsDue);
    }

    [Fact]
    public void IsDue_ByAge_CountsFromItsFirstRecord()
    {
        var batch = new OpenBatch(new() { BatchMilliseconds = 50 }, _time);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(batch.IsDue);
        batch.Add(Record("a", [1]));
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal((false, TimeSpan.FromMilliseconds(20)), (batch.IsDue, batch.Patience));
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.True(batch is { IsDue: true, IsFull: false });
    }

    [Fact]
    public void Strip_LostPartitions_LeaveTheRest()
    {
        var batch = new OpenBatch(new() { BatchBytes = 1024 * 1024, BatchTextBytes = 64 * 1024 }, _time);
        batch.Add(Record("a", new byte[1024 * 1024], partition: 1));
        batch.Add(Proto("c", Post("c", new string('x', 64 * 1024))) with { Partition = 1 });
        batch.Add(Record("b", [1], partition: 2));
        Assert.True(batch.IsFull);
        batch.Strip([1]);

        Assert.False(batch.IsFull);
        Assert.Equal(2, Assert.Single(batch.Take()).Partition);
        Assert.True(batch.IsEmpty);
    }
}
