using System.Globalization;

namespace Vigil.Pipeline.Demo.View;

/// <summary>The view where there is no terminal: one line now and then, and the queues at the end. No content of any item.</summary>
internal static class PlainView
{
    public static string Line(DemoSnapshot snapshot)
    {
        var dispositions = string.Join(", ", snapshot.Dispositions.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key.ToString().ToLowerInvariant()} {entry.Value}"));
        return Invariant(
            $"{snapshot.Elapsed.TotalSeconds,5:0} s  published {snapshot.Published}{(snapshot.Total is { } total ? $" of {total}" : "")}, done {snapshot.Finished} ({snapshot.PerSecond:0}/s), latency p50 {Seconds(snapshot.Latency.Median)} p99 {Seconds(snapshot.Latency.P99)}{(dispositions.Length > 0 ? "; " : "")}{dispositions}");
    }

    public static IEnumerable<string> Queues(DemoSnapshot snapshot)
    {
        if (snapshot.Stages.Count > 0)
        {
            yield return "Stages, per batch: " + string.Join(", ", snapshot.Stages.Select(stage => $"{stage.Stage} p50 {Seconds(stage.Seconds.Median)} p99 {Seconds(stage.Seconds.P99)}"));
        }

        yield return "Queues: " + (snapshot.Depths.Count == 0 ? "all empty" : string.Join(", ", snapshot.Depths.Select(queue => $"{queue.Key} {queue.Value}")));
        foreach (var item in snapshot.Top)
        {
            yield return $"  {item.Queue,-12} {item.Id}: {EvidenceText.Of(item)}";
        }
    }

    /// <summary>Seconds with a unit that fits.</summary>
    public static string Seconds(double seconds) => double.IsNaN(seconds) ? "-" : seconds < 1 ? Invariant($"{seconds * 1000:0} ms") : Invariant($"{seconds:0.0} s");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
