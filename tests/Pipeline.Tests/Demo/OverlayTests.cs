using System.Text;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Publishing;

public sealed class OverlayTests
{
    [Fact]
    public void Over_SameSeed_IsTheSameStream()
    {
        Assert.Equal(Laid(5).Select(Bytes), Laid(5).Select(Bytes));
        Assert.NotEqual(Laid(5).Select(Bytes), Laid(6).Select(Bytes));
    }

    [Fact]
    public void Over_Items_KeepsEachAndItsOrderAndAddsEveryKindOfFollowUp()
    {
        var laid = Laid(5);
        var firsts = laid.Select(Key).Distinct();

        Assert.Equal(Items().Select(Key), firsts);
        var followUps = laid.Where((record, index) => laid.Take(index).Any(earlier => Key(earlier) == Key(record))).ToList();
        Assert.Contains(followUps, record => record.Value is null);
        var contents = followUps.Where(record => record.Value is not null).Select(record => Contracts.Wire.Content.Parser.ParseFrom(record.Value)).ToList();
        Assert.Contains(contents, content => content.Deleted);
        Assert.Contains(contents, content => content.Revision == 2);
        Assert.Contains(contents, content => content.Revision == 0 && content.Parts.Count == 2);
        Assert.Contains(followUps, record => record.Value is not null && laid.Count(other => Bytes(other) == Bytes(record)) > 1);
    }

    [Fact]
    public void Over_BrokenLine_IsLeftAlone()
    {
        var (broken, _) = ContentFile.ToRecord("{");

        Assert.Equal([broken], new Overlay(1).Over([broken]));
    }

    private static List<StreamRecord> Laid(int seed) => [.. new Overlay(seed).Over(Items())];

    private static IEnumerable<StreamRecord> Items() =>
        Enumerable.Range(0, 400).Select(i => ContentFile.ToRecord($$"""{"id":"item-{{i}}","text":"post number {{i}}"}""").Record);

    private static string Key(StreamRecord record) => Encoding.UTF8.GetString(record.Key!);

    private static string Bytes(StreamRecord record) => $"{Key(record)}:{(record.Value is null ? "null" : Convert.ToHexString(record.Value))}";
}
