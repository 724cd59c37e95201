using Vigil.Contracts;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Tests.Training;

public sealed class ExemplarChoiceTests
{
    [Theory]
    [InlineData(new[] { 10, 10 }, 6, new[] { 3, 3 })]
    [InlineData(new[] { 1, 10, 10 }, 9, new[] { 1, 4, 4 })]
    [InlineData(new[] { 2, 3 }, 100, new[] { 2, 3 })]
    [InlineData(new[] { 5, 5, 5 }, 2, new[] { 1, 1, 0 })]
    public void Quotas_Sizes_AreEqualAsFarAsGroupsGo(int[] sizes, int count, int[] expected) =>
        Assert.Equal(expected, ExemplarChoice.Quotas(sizes, count));

    [Fact]
    public void Choose_OneCrowdedSource_LeavesRoomForTheOthers()
    {
        ExemplarCandidate[] candidates = [.. Enumerable.Range(0, 300).Select(i => Candidate(i, source: i < 290 ? 0 : 1, Side.Violation, 1, "en"))];

        var chosen = Choose(candidates, 20);

        Assert.Equal(10, chosen.Count(candidate => candidate.Source == 1));
        Assert.Equal(20, chosen.Count);
    }

    [Fact]
    public void Choose_RareLanguagesAndPolicies_ComeFirst()
    {
        ExemplarCandidate[] candidates =
        [
            .. Enumerable.Range(0, 300).Select(i => Candidate(i, 0, Side.Violation, 1, "en")),
            Candidate(300, 0, Side.Violation, 1, "tr"),
            Candidate(301, 0, Side.Violation, 4, "en"),
        ];

        var chosen = Choose(candidates, 200);

        Assert.Contains(chosen, candidate => candidate.Lang == "tr");
        Assert.Contains(chosen, candidate => candidate.Policies == 4);
    }

    [Fact]
    public void Choose_NearDuplicates_KeepsOne()
    {
        ExemplarCandidate[] candidates = [.. Enumerable.Range(0, 5).Select(i => Candidate(i, 0, Side.Benign, 1, "en"))];
        float[] same = [1, 0, 0, 0];

        Assert.Single(new ExemplarChoice(_ => same).Choose(candidates, 5));
    }

    [Fact]
    public void Choose_OrderOfRows_DoesNotMatter()
    {
        ExemplarCandidate[] candidates = [.. Enumerable.Range(0, 200).Select(i => Candidate(i, i % 3, Side.Violation, 1, "en"))];

        Assert.Equal(Choose(candidates, 50), Choose([.. candidates.Reverse()], 50));
    }

    private static ExemplarCandidate Candidate(int row, int source, Side side, byte policies, string lang) => new(row, $"row:{row:000}", source, side, policies, lang);

    private static IReadOnlyList<ExemplarCandidate> Choose(ExemplarCandidate[] candidates, int count) => new ExemplarChoice(Vector).Choose(candidates, count);

    // Directions spread over the sphere: no two near.
    private static ReadOnlyMemory<float> Vector(int row)
    {
        var random = new Random(row);
        var values = Enumerable.Range(0, 64).Select(_ => (random.NextSingle() - 0.5f)).ToArray();
        var norm = MathF.Sqrt(values.Sum(value => value * value));
        return Array.ConvertAll(values, value => value / norm);
    }
}
