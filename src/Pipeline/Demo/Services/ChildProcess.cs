using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Vigil.Pipeline.Demo.Services;

/// <summary>
/// A child in a session of its own, so that Ctrl-C in the terminal reaches only us and we stop it after what depends on
/// it has drained; the kernel ends it if we are killed.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<string>? _lineRead;

    private ChildProcess(string name, ProcessStartInfo start)
    {
        Name = name;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public string Name { get; }

    /// <summary>Ends with the exit code when the child does.</summary>
    public Task<int> Exited => _exited.Task;

    public int Id => _process.Id;

    /// <summary>Its last lines of output, for the message when it fails.</summary>
    public string LastLines
    {
        get
        {
            lock (_lines)
            {
                return string.Join(Environment.NewLine, _lines);
            }
        }
    }

    /// <param name="environment">Variables over ours; null: ours alone.</param>
    public static async Task<ChildProcess> StartAsync(
        string name, string program, IEnumerable<string> arguments, Action<string>? lineRead = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        List<string> command = [.. Prefix(), program, .. arguments];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        command.Skip(1).ToList().ForEach(start.ArgumentList.Add);
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }

        var child = new ChildProcess(name, start) { _lineRead = lineRead };
        // The kernel's "parent died" signal means the parent's thread, so the child gets one that lives as long as it does.
        new Thread(child.Run) { IsBackground = true, Name = $"child {name}" }.Start();
        await child._started.Task;
        return child;
    }

    /// <summary>Starts a server that prints where it listens.</summary>
    /// <param name="address">Its group "address" is the address; the first line that matches counts.</param>
    /// <returns>The child, once it has said so, and the address.</returns>
    /// <exception cref="CommandFailedException">It ended before.</exception>
    public static async Task<(ChildProcess Child, string Address)> StartServerAsync(
        string name, string program, IEnumerable<string> arguments, Regex address, TimeSpan timeout, CancellationToken cancellation)
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = await StartAsync(name, program, arguments, line =>
        {
            if (address.Match(line) is { Success: true } found)
            {
                said.TrySetResult(found.Groups["address"].Value);
            }
        });
        try
        {
            await child.WaitUntilReadyAsync(said.Task, timeout, cancellation);
            return (child, await said.Task);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a condition of the child; a child that ends first is a failure with its last lines.</summary>
    public async Task WaitUntilReadyAsync(Task ready, TimeSpan timeout, CancellationToken cancellation)
    {
        var first = await Task.WhenAny(ready, Exited).WaitAsync(timeout, cancellation);
        if (first != ready)
        {
            throw new CommandFailedException($"{Name} ended at once with code {await Exited}: {LastLines}");
        }

        await ready;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Exited.IsCompleted)
        {
            await TerminateAsync();
            if (await Task.WhenAny(Exited, Task.Delay(Patience)) != Exited)
            {
                _process.Kill(entireProcessTree: true);
            }

            await Exited;
        }

        _process.Dispose();
    }

    private static IEnumerable<string> Prefix()
    {
        // Both come with util-linux, which every Debian has; without them the child is an ordinary one.
        const string Session = "/usr/bin/setsid";
        const string ParentDeath = "/usr/bin/setpriv";
        return File.Exists(Session) && File.Exists(ParentDeath) ? [Session, ParentDeath, "--pdeathsig", "KILL", "--"] : [];
    }

    private void Run()
    {
        try
        {
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            _started.SetException(new CommandFailedException($"{Name} could not be started: {fault.Message}", fault));
            return;
        }

        _started.SetResult();
        _process.WaitForExit();
        _exited.SetResult(_process.ExitCode);
    }

    // .NET can only kill; a shell's own `kill` sends the polite signal on any Debian.
    private async Task TerminateAsync()
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            if (_lines.Count == LinesKept)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }

        _lineRead?.Invoke(line);
    }
}
