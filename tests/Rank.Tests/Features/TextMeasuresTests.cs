using CsCheck;
using Vigil.Rank.Features;

namespace Vigil.Rank.Tests.Features;

public sealed class TextMeasuresTests
{
    [Fact]
    public void Fill_MixedText_CountsByHand()
    {
        var row = new float[8];

        TextMeasures.Fill("WIN now!!! @ann https://x.example 2024?", 10, 2, row);

        Assert.Equal(3 / 22f, row[0], 1e-6f); // W, I, N of 22 letters
        Assert.Equal(4 / 39f, row[1], 1e-6f);
        Assert.Equal([1f, 1f, 1f, 3f, 1f], row[2..7]); // link, mention, run of three, exclamations, question
        Assert.Equal(0.2f, row[7], 1e-6f);
    }

    [Fact]
    public void Fill_Empty_IsAllZero()
    {
        var row = new float[8];

        TextMeasures.Fill("", 0, 0, row);

        Assert.Equal(new float[8], row);
    }

    [Fact]
    public void Fill_AnyText_IsFinite() => Gen.String.Sample(text =>
    {
        var row = new float[8];
        TextMeasures.Fill(text, 1, 0, row);
        return row.All(value => float.IsFinite(value) && value >= 0 && value <= 8);
    });
}
