using System.Globalization;

namespace Vigil.Pipeline.Training;

/// <summary>Where long work stands: a bar that is drawn over on a terminal, else a plain line now and then; on standard error.</summary>
internal sealed class WorkProgress(TimeProvider time)
{
    private const int Width = 30;

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BarEvery = TimeSpan.FromSeconds(0.2);

    private readonly long _started = time.GetTimestamp();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private TimeSpan _last = TimeSpan.MinValue;
    private bool _open;

    /// <summary>A new step.</summary>
    public void Say(string step)
    {
        if (_open)
        {
            Console.Error.WriteLine();
            _open = false;
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_started):hh\\:mm\\:ss} {step}"));
        _last = TimeSpan.MinValue;
    }

    /// <param name="total">Null: not known.</param>
    public void Count(string step, int done, int? total)
    {
        var now = time.GetElapsedTime(_started);
        var finished = done == total;
        if (!finished && _last != TimeSpan.MinValue && now - _last < (_terminal ? BarEvery : LineEvery))
        {
            return;
        }

        _last = now;
        var of = total is { } all ? $"{done} of {all}" : $"{done}";
        if (!_terminal)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{now:hh\\:mm\\:ss} {step}: {of}"));
            return;
        }

        var filled = total is > 0 ? (int)(Width * (long)done / total.Value) : 0;
        Console.Error.Write($"\r{step} [{new string('#', filled)}{new string('.', Width - filled)}] {of}   ");
        _open = !finished;
        if (finished)
        {
            Console.Error.WriteLine();
        }
    }
}
