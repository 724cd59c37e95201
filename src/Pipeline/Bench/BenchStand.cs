using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Services;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <summary>What the benches of worker and bank stand on: a broker in a process of its own, banks, texts, and where they say how far they are.</summary>
internal sealed class BenchStand : IAsyncDisposable
{
    /// <summary>Exemplars of a bank where a figure says nothing else.</summary>
    public const int BankEntries = 20_000;

    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _broker;
    private readonly string _bootstrap;

    private BenchStand(TemporaryFolder folder, ChildProcess broker, string bootstrap, BenchTexts texts, TimeProvider time, TextWriter progress)
    {
        _folder = folder;
        _broker = broker;
        _bootstrap = bootstrap;
        Texts = texts;
        Time = time;
        Progress = progress;
        Bank = LoadBank();
        Pace = new(time);
    }

    public BenchBank Bank { get; }

    public MachinePace Pace { get; }

    public BenchTexts Texts { get; }

    public TimeProvider Time { get; }

    public TextWriter Progress { get; }

    public static BenchBank LoadBank() => new(StarterBank.Load(new BankOptions().StarterFolder!));

    public static async Task<BenchStand> StartAsync(BenchTexts texts, TimeProvider time, TextWriter progress, CancellationToken cancellation)
    {
        var folder = new TemporaryFolder();
        try
        {
            var (broker, bootstrap) = await BrokerChild.StartAsync(folder.Below("broker"), cancellation);
            return new(folder, broker, bootstrap, texts, time, progress);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Topics of their own with a bank of that many entries; no worker yet.</summary>
    public Task<BenchLane> OpenLaneAsync(string name, int bankEntries, CancellationToken cancellation) =>
        OpenLaneAsync(_bootstrap, name, bankEntries, cancellation);

    /// <summary>The same on a broker of another kind.</summary>
    public Task<BenchLane> OpenLaneAsync(string bootstrap, string name, int bankEntries, CancellationToken cancellation) =>
        BenchLane.OpenAsync(bootstrap, name, bankEntries == 0 ? [] : Bank.Records(bankEntries), Time, cancellation);

    /// <summary>Counts what others take of the machine from now on.</summary>
    public OthersCpu WatchOthers(BenchLane lane) =>
        new(() => ProcessCpu.Seconds(Environment.ProcessId) + ProcessCpu.Seconds(_broker.Id) + lane.CpuSeconds, Time);

    public async ValueTask DisposeAsync()
    {
        Pace.Dispose();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }
}
