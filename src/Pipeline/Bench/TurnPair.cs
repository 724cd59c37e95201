namespace Vigil.Pipeline.Bench;

/// <summary>A round of two lanes, one after the other.</summary>
internal sealed record TurnPair(LaneRound A, LaneRound B)
{
    // Beside what is measured in hundredths.
    private const double Alike = 0.04;

    /// <summary>How much the machine itself changed from one turn to the other (<see cref="MachinePace"/>).</summary>
    public double Unlikeness => double.IsFinite(A.Slowness - B.Slowness) ? Math.Abs(A.Slowness - B.Slowness) : double.PositiveInfinity;

    public bool IsAlike => Unlikeness <= Alike;

    /// <summary>Those during which the machine changed the least, in the order in which they were taken, whatever came out of them.</summary>
    public static IReadOnlyList<TurnPair> MostAlike(IReadOnlyList<TurnPair> taken, int count)
    {
        var chosen = taken.OrderBy(pair => pair.Unlikeness).Take(count).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. taken.Where(chosen.Contains)];
    }
}
