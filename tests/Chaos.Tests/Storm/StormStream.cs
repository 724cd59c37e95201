using System.Text;
using System.Threading.Channels;
using Vigil.Pipeline.Samples;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>Samples of several seeds after each other, let out little by little.</summary>
internal sealed class StormStream : IDisposable
{
    private const double SecondsPerBlow = 8;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly Channel<StreamRecord> _released;
    private int _next;

    public StormStream(int records, int seed)
    {
        var seen = new HashSet<string>();
        var samples = new List<Sample>();
        for (var part = 0; samples.Count < records; part++)
        {
            var before = seen.ToHashSet();
            foreach (var sample in SampleStream.Generate(seed + part))
            {
                // An id that an earlier part has used would end otherwise than this part's answers say.
                var key = sample.Record.Key is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
                if (key is null || !before.Contains(key))
                {
                    samples.Add(sample);
                    seen.Add(key ?? "");
                }
            }
        }

        Samples = [.. samples.Take(records)];
        _released = Channel.CreateBounded<StreamRecord>(Samples.Count);
    }

    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>Blocks the publisher until more is let out or the stream is disposed.</summary>
    public IEnumerable<StreamRecord> Records => _released.Reader.ReadAllAsync().ToBlockingEnumerable();

    /// <summary>Lets records out steadily, and ever fewer where a blow takes long, so that none meets a stream at its end.</summary>
    /// <param name="blowsLeft">Blows that are still to come, this one included.</param>
    public async Task FlowAsync(Func<int> blowsLeft, CancellationToken cancellation)
    {
        while (blowsLeft() is > 0 and var left && Release(Math.Max(1, (int)((Samples.Count - _next) / (left * SecondsPerBlow) * Tick.TotalSeconds))))
        {
            await Task.Delay(Tick, cancellation);
        }

        Release(Samples.Count);
        _released.Writer.TryComplete();
    }

    /// <summary>Nothing more is let out.</summary>
    public void Dispose() => _released.Writer.TryComplete();

    // False: the stream was disposed.
    private bool Release(int count)
    {
        for (var end = Math.Min(Samples.Count, _next + count); _next < end; _next++)
        {
            if (!_released.Writer.TryWrite(Samples[_next].ToPublish()))
            {
                return false;
            }
        }

        return true;
    }
}
