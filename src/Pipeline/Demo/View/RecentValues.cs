namespace Vigil.Pipeline.Demo.View;

/// <summary>The last values of a measure. Not thread-safe.</summary>
internal sealed class RecentValues(int capacity = 2_048)
{
    private readonly double[] _values = new double[capacity];
    private long _count;

    public void Add(double value) => _values[_count++ % capacity] = value;

    public Spread Spread()
    {
        var kept = (int)Math.Min(_count, capacity);
        if (kept == 0)
        {
            return View.Spread.None;
        }

        var sorted = _values[..kept];
        Array.Sort(sorted);
        return new(At(sorted, 0.5), At(sorted, 0.99));
    }

    /// <summary>The nearest-rank percentile of sorted values.</summary>
    public static double At(IReadOnlyList<double> sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
