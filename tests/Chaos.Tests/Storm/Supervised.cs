using System.Diagnostics;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>A process that is started again whenever it ends, as any supervisor would.</summary>
internal sealed class Supervised : IAsyncDisposable
{
    /// <summary>Names a folder in which everything the processes say is kept.</summary>
    private const string LogsVariable = "VIGIL_CHAOS_LOGS";

    private const int LinesKept = 6;

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(300);

    private readonly Func<ProcessStartInfo> _start;
    private readonly Action<string> _log;
    private readonly Action<string>? _heard;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = [];
    private readonly StreamWriter _all;
    private readonly Task _running;
    private int? _process;
    private TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _died = new();
    private string _failpoint = "";

    public Supervised(string name, Func<ProcessStartInfo> start, Action<string> log, Action<string>? heard = null)
    {
        Name = name;
        _start = start;
        _log = log;
        _heard = heard;
        _all = Environment.GetEnvironmentVariable(LogsVariable) is { Length: > 0 } folder ? new(Path.Combine(folder, $"{name}.log"), append: true) { AutoFlush = true } : StreamWriter.Null;
        _running = RunAsync();
    }

    public string Name { get; }

    /// <summary>kill -9; returns when it is dead.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>SIGTERM; returns when it has drained.</summary>
    public Task LeaveAsync() => EndAsync("TERM");

    /// <summary>Restarts it politely with a failpoint, and returns when that has killed it. One that ends otherwise (its broker is away) is started with it again.</summary>
    public async Task DieAtAsync(string failpoint, CancellationToken cancellation)
    {
        var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            (_failpoint, _died) = (failpoint, died);
        }

        await LeaveAsync();
        await died.Task.WaitAsync(TimeSpan.FromMinutes(2), cancellation);
    }

    /// <summary>STOP and CONT; nothing when it is not running.</summary>
    public void Signal(string signal)
    {
        if (Current() is { } id)
        {
            VigilProcess.Signal(signal, id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Signal("KILL");
        await _running;
        await _all.DisposeAsync();
        _stop.Dispose();
    }

    private async Task EndAsync(string signal)
    {
        // It may have ended a moment ago by itself.
        while (Current() is null)
        {
            await Task.Delay(Breath);
        }

        var ended = Ended();
        Signal(signal);
        await ended.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private Task<int> Ended()
    {
        lock (_lock)
        {
            return _ended.Task;
        }
    }

    private string Failpoint()
    {
        lock (_lock)
        {
            return _failpoint;
        }
    }

    private int? Current()
    {
        lock (_lock)
        {
            return _process;
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var start = _start();
            start.RedirectStandardOutput = start.RedirectStandardError = true;
            var failpoint = Failpoint();
            start.Environment["VIGIL_FAILPOINT"] = failpoint;
            using var process = new Process { StartInfo = start };
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            lock (_lock)
            {
                _process = process.Id;
            }

            await process.WaitForExitAsync();
            TaskCompletionSource<int> ended;
            lock (_lock)
            {
                _process = null;
                ended = _ended;
                _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (failpoint.Length > 0 && process.ExitCode == VigilProcess.Killed)
                {
                    _failpoint = "";
                    _died.TrySetResult();
                }
            }

            _log($"{Name} ended with {process.ExitCode}{(process.ExitCode is 0 or VigilProcess.Killed ? "" : $": {LastWords()}")}");
            ended.SetResult(process.ExitCode);
            await Task.Delay(Breath, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string LastWords()
    {
        lock (_lock)
        {
            return string.Join(" / ", _lines);
        }
    }

    private void Keep(string? line)
    {
        lock (_lock)
        {
            _all.WriteLine(line);
        }

        // Stack frames say less than the lines around them.
        if (line is null || line.StartsWith("   at ", StringComparison.Ordinal))
        {
            return;
        }

        _heard?.Invoke(line);
        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept)
            {
                _lines.Dequeue();
            }
        }
    }
}
