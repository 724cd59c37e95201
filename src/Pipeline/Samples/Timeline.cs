namespace Vigil.Pipeline.Samples;

/// <summary>Samples at points of time between 0 and 1; the samples of one id are added in their own order.</summary>
internal sealed class Timeline
{
    private readonly List<(double At, Sample Sample)> _samples = [];

    public void Add(double at, Sample sample) => _samples.Add((at, sample));

    /// <summary>Spreads steps of one id after each other over what is left of the stream from <paramref name="at"/>.</summary>
    public void AddSteps(double at, Draw draw, IReadOnlyList<Sample> steps)
    {
        foreach (var step in steps)
        {
            Add(at, step);
            at += (1 - at) * draw.Share() * 0.3;
        }
    }

    /// <summary>All samples by time; those of the same time stay in the order they were added.</summary>
    public IReadOnlyList<Sample> InOrder() => [.. _samples.OrderBy(sample => sample.At).Select(sample => sample.Sample)];
}
