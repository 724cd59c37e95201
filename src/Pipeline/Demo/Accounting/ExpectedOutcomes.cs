using System.Text;
using Vigil.Pipeline.Samples;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>Compares what became of the shipped stream with what must become of it.</summary>
internal static class ExpectedOutcomes
{
    /// <param name="positions">Where each sample came to stand; null: it was not published.</param>
    /// <param name="queueOf">The queue that a position was ranked into, empty where it was cleared.</param>
    /// <returns>One line for each sample that ended otherwise; empty when all is as expected.</returns>
    public static IReadOnlyList<string> Differences(
        IReadOnlyList<Sample> samples,
        IReadOnlyList<RecordPosition?> positions,
        Account account,
        Func<RecordPosition, string?> queueOf)
    {
        List<string> differences = [];
        foreach (var (index, sample) in samples.Index())
        {
            var position = positions[index];
            var got = position is { } place && account.Of(place) is { } known ? Describe(known) : "nothing";
            if (got != Describe(sample.Expected))
            {
                differences.Add($"record {index} (id {Name(sample)}, at {position}): expected {Describe(sample.Expected)}, got {got}");
            }
            else if (sample.Expected.Queue.Length > 0 && position is { } ranked && queueOf(ranked) is var queue && queue != sample.Expected.Queue)
            {
                differences.Add($"record {index} (id {Name(sample)}, at {position}): expected in queue {sample.Expected.Queue}, got {(string.IsNullOrEmpty(queue) ? "none" : queue)}");
            }
        }

        return differences;
    }

    private static string Describe(Expectation expected) => expected.Reason.Length == 0 ? expected.Outcome : $"{expected.Outcome} {expected.Reason}";

    private static string Describe((Disposition Disposition, string Reason) known) => known.Disposition switch
    {
        Disposition.Queued or Disposition.Cleared => Expectation.Ranked,
        Disposition.Rejected => $"{Expectation.Rejected} {known.Reason}",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string Name(Sample sample) => sample.Record.Key is { } key ? Clip(Encoding.UTF8.GetString(key)) : "none";

    private static string Clip(string id) => id.Length <= 40 ? id : id[..40] + "...";
}
