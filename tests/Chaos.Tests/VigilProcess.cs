using System.Diagnostics;

namespace Vigil.Chaos.Tests;

/// <summary>The built program as a process of its own, that can be killed.</summary>
internal sealed class VigilProcess : IDisposable
{
    /// <summary>128 + SIGKILL.</summary>
    public const int Killed = 137;

    private readonly Process _process;

    private VigilProcess(Process process) => _process = process;

    public static VigilProcess Start(string bootstrap, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "vigil.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["KAFKA_BOOTSTRAP"] = bootstrap;
        start.Environment["VIGIL__HTTP__URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{process.Id}: {text}");
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process);
    }

    public int Id => _process.Id;

    public void Kill() => _process.Kill();

    public bool HasExited => _process.HasExited;

    /// <summary>Whether it was stopped (SIGSTOP) and not continued.</summary>
    public bool IsStopped
    {
        get
        {
            try
            {
                // The state stands behind the name, which is in brackets.
                var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
                return stat[stat.LastIndexOf(')') + 2] == 'T';
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>TERM, STOP, CONT and the like.</summary>
    public void Signal(string name) => Signal(name, _process.Id);

    public static void Signal(string name, int process)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {process}"]);
        kill.WaitForExit();
    }

    public async Task<int> ExitCodeAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
