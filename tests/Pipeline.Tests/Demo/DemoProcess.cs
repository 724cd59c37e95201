using System.Diagnostics;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Demo;

/// <summary>`vigil demo` as a process of its own, with a temporary folder of its own and every line it wrote.</summary>
internal sealed class DemoProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _temporary = new();
    private readonly List<string> _lines = [];
    private readonly Process _process;

    public DemoProcess(IEnumerable<string> arguments, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "redis-server is not installed");
        // env execs: where the tests run in the background of a shell, SIGINT would be inherited as ignored.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "vigil"), "demo", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove(DemoServices.KafkaVariable);
        start.Environment.Remove(DemoServices.RedisVariable);
        start.Environment["TMPDIR"] = _temporary.Path;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public List<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>What it left behind; the runtime's own diagnostics sockets aside, which end with the process.</summary>
    public IEnumerable<string> Left => Directory.EnumerateFileSystemEntries(_temporary.Path).Where(entry =>
        !Path.GetFileName(entry).StartsWith("clr-debug-pipe", StringComparison.Ordinal)
        && !Path.GetFileName(entry).StartsWith("dotnet-diagnostic", StringComparison.Ordinal));

    /// <summary>The first line that begins so.</summary>
    public async Task<string> LineAsync(string begin, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            if (Lines.Find(line => line.StartsWith(begin, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            Assert.False(_process.HasExited, string.Join('\n', Lines));
            await Task.Delay(50, patience.Token);
        }
    }

    public Task EndAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation).WaitAsync(Patience, cancellation);

    public void Dispose()
    {
        // A test that fails must not leave its demo behind.
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _temporary.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_lines)
        {
            _lines.Add(line ?? "");
        }
    }
}
