using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vigil.Broker.Groups;
using Vigil.Broker.Server;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker;

/// <summary>
/// A single-node broker that speaks the Kafka protocol, for development and tests: loopback only, no replication, no
/// security. What it acknowledged is with the operating system: it survives kill -9, not loss of power. Production runs
/// Apache Kafka.
/// </summary>
public sealed class DevelopmentBroker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _folder;
    private readonly bool _removeFolder;
    private readonly FileStream? _lock;
    private readonly TopicStore? _topics;
    private readonly GroupCoordinator? _groups;
    private readonly TransactionCoordinator? _transactions;
    private readonly Listener _listener;
    private readonly Task _running;
    private int _disposed;

    private DevelopmentBroker(BrokerOptions options)
    {
        _removeFolder = options.DataDirectory is null;
        _folder = options.DataDirectory ?? Directory.CreateTempSubdirectory("vigil-broker-").FullName;
        Directory.CreateDirectory(_folder);
        var logger = options.LoggerFactory.CreateLogger<DevelopmentBroker>();
        try
        {
            _listener = new Listener(options.Port, options.MaxConnections, options.MaxFrameBytes, logger);
        }
        catch
        {
            RemoveFolder();
            throw;
        }

        try
        {
            _lock = LockFolder(_folder);
            _topics = new TopicStore(_folder, options.Time);
            _groups = new GroupCoordinator(_folder, _topics, options.Time, options.MinSessionTimeout, options.MaxSessionTimeout);
            _transactions = new TransactionCoordinator(_folder, _topics, _groups, options.Time);
        }
        catch
        {
            Release();
            throw;
        }

        var address = options.Advertise is { } advertise && AdvertisedAddress.TryParse(advertise, out var advertised)
            ? advertised
            : new AdvertisedAddress(IPAddress.Loopback.ToString(), _listener.Port);
        var dispatcher = new Dispatcher(options, address, _topics, _groups, _transactions);
        var upkeep = new Upkeep(options, _topics, _groups, _transactions, logger);
        _running = RunAsync(_listener.RunAsync(dispatcher, _stop.Token), upkeep.RunAsync(_stop.Token));
        logger.Serving(Bootstrap, _folder);
    }

    /// <summary>The address to give to a client as bootstrap server.</summary>
    public string Bootstrap => $"{IPAddress.Loopback}:{_listener.Port}";

    /// <summary>Ends when the broker has stopped; faults if it could not go on.</summary>
    public Task Completion => _running;

    /// <summary>Recovers what the data folder holds and serves it.</summary>
    /// <exception cref="OptionsValidationException">The options are wrong; all problems are named.</exception>
    /// <exception cref="IOException">The port is taken, or another broker uses the folder.</exception>
    public static DevelopmentBroker Start(BrokerOptions? options = null)
    {
        options ??= new BrokerOptions();
        var problems = options.Problems();
        return problems.Count == 0 ? new DevelopmentBroker(options) : throw new OptionsValidationException(nameof(BrokerOptions), typeof(BrokerOptions), problems);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
    }

    /// <summary>Without either of its halves the broker would only seem to work: the end of one is the end of both.</summary>
    private async Task RunAsync(Task serving, Task upkeep)
    {
        await Task.WhenAny(serving, upkeep).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(serving, upkeep).ConfigureAwait(false);
    }

    private void Release()
    {
        _listener.Dispose();
        _transactions?.Dispose();
        _groups?.Dispose();
        _topics?.Dispose();
        _lock?.Dispose();
        _stop.Dispose();
        RemoveFolder();
    }

    private void RemoveFolder()
    {
        if (_removeFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static FileStream LockFolder(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "broker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new IOException($"Another broker uses the data folder {folder}.");
        }
    }
}
