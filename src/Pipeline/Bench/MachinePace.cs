using System.Numerics.Tensors;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// How fast the machine itself is, all along: a fixed piece of arithmetic every 20 ms on a thread of its own, by the clock. Where a
/// host is shared, a neighbour slows it by a third and more for seconds, of which no figure of the kernel tells. Thread-safe.
/// </summary>
internal sealed class MachinePace : IDisposable
{
    // 0.09 ms a pass, half a per cent of a core: enough passes in a second, and few that are interrupted.
    private const int Numbers = 4_096;
    private const int Repeats = 20;
    private const float Number = 0.3f;

    // What took that much longer was interrupted by other threads of ours.
    private const double Interrupted = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<double> _passes = [];
    private readonly ManualResetEventSlim _ending = new(false);
    private readonly Thread _thread;

    public MachinePace(TimeProvider time)
    {
        _time = time;
        _thread = new(Watch) { IsBackground = true, Name = "bench-pace" };
        _thread.Start();
    }

    /// <summary>Now, for <see cref="SlownessSince"/>.</summary>
    public int Mark()
    {
        lock (_lock)
        {
            return _passes.Count;
        }
    }

    /// <summary>How much longer than at its best the machine took since then, on average; 0: never longer. Infinite where nothing is known.</summary>
    public double SlownessSince(int mark)
    {
        lock (_lock)
        {
            return Slowness(_passes[mark..], _passes.DefaultIfEmpty().Min());
        }
    }

    public void Dispose()
    {
        _ending.Set();
        _thread.Join();
        _ending.Dispose();
    }

    internal static double Slowness(IReadOnlyList<double> passes, double best)
    {
        var whole = passes.Where(pass => pass < Interrupted * best).ToList();
        return whole.Count == 0 ? double.PositiveInfinity : (whole.Average() / best) - 1;
    }

    private void Watch()
    {
        var from = new float[Numbers];
        var to = new float[Numbers];
        Array.Fill(from, Number);
        while (!_ending.Wait(Pause))
        {
            var start = _time.GetTimestamp();
            for (var i = 0; i < Repeats; i++)
            {
                TensorPrimitives.Exp(from, to);
            }

            var pass = _time.GetElapsedTime(start).TotalSeconds;
            lock (_lock)
            {
                _passes.Add(pass);
            }
        }
    }
}
