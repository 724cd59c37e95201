using CsCheck;

namespace Vigil.Pipeline.Ledger;

public sealed class OffsetRangesTests
{
    [Fact]
    public void Gaps_AnyOffsetsInAnyOrder_AreThoseNeverAdded()
    {
        Gen.Long[0, 40].Array[0, 60].Sample(offsets =>
        {
            var ranges = new OffsetRanges();
            var known = new HashSet<long>();
            foreach (var offset in offsets)
            {
                Assert.Equal(known.Add(offset), ranges.Add(offset));
            }

            var missing = ranges.Gaps(5, 35).SelectMany(gap => Enumerable.Range((int)gap.From, (int)(gap.To - gap.From)).Select(offset => (long)offset));

            Assert.Equal(Enumerable.Range(5, 30).Select(offset => (long)offset).Where(offset => !known.Contains(offset)), missing);
        });
    }

    [Fact]
    public void Add_BeyondCapacity_TellsNothingOfWhatLiesBelowTheLowestGap()
    {
        var ranges = new OffsetRanges(capacity: 2);
        ranges.Add(0);
        ranges.Add(10);
        ranges.Add(20);

        Assert.Equal([(11, 20)], ranges.Gaps(0, 21));
        Assert.True(ranges.Add(5));
        Assert.True(ranges.Add(10));
        Assert.False(ranges.Add(20));
    }
}
