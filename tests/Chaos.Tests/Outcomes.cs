using Vigil.Contracts;
using Vigil.Pipeline.Tests.Worker;
using Disposition = Vigil.Contracts.Wire.Disposition;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Chaos.Tests;

/// <summary>What came of published items that are all different.</summary>
internal static class Outcomes
{
    /// <summary>Every record has one status and one ranked item, and is queued or cleared.</summary>
    public static void AreOneOfEach(string bootstrap, Topics topics, IEnumerable<(int Partition, long Offset)> published)
    {
        var content = published.Order().ToList();
        var status = TopicContents.ReadStatus(bootstrap, topics.Status);
        var ranked = TopicContents.ReadAll(bootstrap, topics.Ranked).Select(record => RankedItem.Parser.ParseFrom(record.Message.Value)).ToList();

        Assert.Equal(content, status.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.Equal(content, ranked.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.All(status, one => Assert.True(one.Disposition is Disposition.Queued or Disposition.Cleared, $"{one.Source.Partition}/{one.Source.Offset} is {one.Disposition}"));
    }
}
