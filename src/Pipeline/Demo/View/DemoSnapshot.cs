using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.View;

/// <summary>What the view shows at one moment; plain data, so that it can be drawn and tested without a pipeline.</summary>
/// <param name="Total">Records of the stream; null: not known before its end.</param>
/// <param name="Finished">Records with a disposition.</param>
/// <param name="PerSecond">Dispositions a second, lately.</param>
internal sealed record DemoSnapshot(
    TimeSpan Elapsed,
    int Published,
    int? Total,
    int Finished,
    double PerSecond,
    Spread Latency,
    IReadOnlyList<(string Stage, Spread Seconds)> Stages,
    IReadOnlyDictionary<Disposition, int> Dispositions,
    IReadOnlyDictionary<string, int> Depths,
    IReadOnlyList<WaitingItem> Top);

/// <summary>Median and 99th percentile, in seconds; NaN: nothing measured.</summary>
internal readonly record struct Spread(double Median, double P99)
{
    public static Spread None { get; } = new(double.NaN, double.NaN);
}
