namespace Vigil.Review.Quality;

/// <summary>Alpha against the worked examples of Krippendorff 2011, and what it does where it is not defined.</summary>
public sealed class AgreementTests
{
    public static TheoryData<double, string[]> Examples { get; } = new()
    {
        // Two observers, two values.
        { 0.095, ["0100000010", "1110010000"] },
        // Two observers, five values.
        { 0.692, ["aabbdcccedda", "babbbccceddd"] },
        // Four observers, some values missing.
        { 0.743, ["123321412...", "1233224125.3", ".3332342251.", "12332441251."] },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Alpha_OfAWorkedExample_IsThePublishedOne(double expected, string[] observers) =>
        Assert.Equal(expected, Agreement.Alpha(UnitsOf(observers))!.Value, 0.0005);

    [Theory]
    [InlineData("aaaa", "aaaa")]
    [InlineData("ab..", "..ab")]
    [InlineData("", "")]
    public void Alpha_NothingCanDisagree_IsNotDefined(params string[] observers)
    {
        Assert.Null(Agreement.Alpha(UnitsOf(observers)));
        Assert.Null(Agreement.Interval(UnitsOf(observers)));
    }

    [Fact]
    public void Interval_OfManyUnits_HoldsAlphaAndIsTheSameEachTime()
    {
        var units = UnitsOf(string.Concat(Enumerable.Repeat("aabbab", 20)), string.Concat(Enumerable.Repeat("aabbba", 20)));

        var (low, high) = Agreement.Interval(units)!.Value;

        Assert.InRange(Agreement.Alpha(units)!.Value, low, high);
        Assert.InRange(high - low, 0.05, 0.5);
        Assert.Equal((low, high), Agreement.Interval(units));
    }

    [Fact]
    public void Of_Pairs_CountsThoseAlike()
    {
        var agreement = QueueAgreement.Of("hate", UnitsOf("vvbb", "vbbb"));

        Assert.Equal(("hate", 4, 3), (agreement.Queue, agreement.Pairs, agreement.Alike));
        Assert.NotNull(agreement.Alpha);
    }

    private static IReadOnlyList<IReadOnlyList<string>> UnitsOf(params string[] observers) =>
        [.. Enumerable.Range(0, observers[0].Length).Select(unit => observers.Select(values => values[unit].ToString()).Where(value => value != ".").ToList())];
}
