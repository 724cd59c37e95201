using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo;

/// <summary>The records of a demo and, for the shipped stream, what must become of them.</summary>
/// <param name="Total">Null: not known before the end.</param>
/// <param name="Samples">Empty for a data file.</param>
internal sealed record DemoStream(IEnumerable<StreamRecord> Records, int? Total, IReadOnlyList<Sample> Samples, bool IsWhole)
{
    private Damage? _damage;

    public bool IsShipped => Samples.Count > 0;

    /// <summary>What was found wrong with the file itself while it was read; null: nothing so far.</summary>
    public string? Fault => _damage?.Text;

    public static DemoStream Open(DemoOptions options, Action<string> report)
    {
        if (options.Data is { } path)
        {
            // Before anything is started for it.
            ContentFile.Check(path);
            var damage = new Damage();
            var records = ContentFile.Read(path, report, damage.Note);
            records = options.OverlaySeed is { } seed ? new Overlay(seed).Over(records) : records;
            return options.Limit > 0
                ? new(records.Take(options.Limit), options.Limit, [], IsWhole: false) { _damage = damage }
                : new(records, null, [], IsWhole: true) { _damage = damage };
        }

        var samples = SampleFiles.Read(Path.Combine(VigilHome.Path, "samples"));
        if (options.Limit > 0 && options.Limit < samples.Count)
        {
            samples = [.. samples.Take(options.Limit)];
            return new(samples.Select(sample => sample.ToPublish()), samples.Count, samples, IsWhole: false);
        }

        return new(samples.Select(sample => sample.ToPublish()), samples.Count, samples, IsWhole: true);
    }

    private sealed class Damage
    {
        public string? Text { get; private set; }

        public void Note(string text) => Text = text;
    }
}
