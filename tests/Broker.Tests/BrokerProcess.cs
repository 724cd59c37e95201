using System.Diagnostics;

namespace Vigil.Broker.Tests;

/// <summary>A broker in a process of its own, which can be killed as a crash would kill it.</summary>
internal sealed class BrokerProcess : IDisposable
{
    public const string Verb = "broker";

    private readonly Process _process;

    private BrokerProcess(Process process, string bootstrap)
    {
        _process = process;
        Bootstrap = bootstrap;
    }

    public string Bootstrap { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Bytes of memory that the process holds now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<BrokerProcess> StartAsync(string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Verb, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var bootstrap = await process.StandardOutput.ReadLineAsync(cancellation);
        return new BrokerProcess(process, bootstrap ?? throw new InvalidOperationException("The broker process ended before it served."));
    }

    public static async Task<int> ServeAsync(string folder)
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = folder });
        await Console.Out.WriteLineAsync(broker.Bootstrap);

        await Task.WhenAny(broker.Completion, InputEnd());
        return 0;
    }

    /// <summary>The end of its input says that whoever started this process is gone: it must not stay behind. Reading a console blocks, so a thread of its own does it.</summary>
    private static Task InputEnd()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = new Thread(() =>
        {
            Console.In.ReadToEnd();
            ended.SetResult();
        })
        {
            IsBackground = true,
        };
        watch.Start();
        return ended.Task;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellation);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
