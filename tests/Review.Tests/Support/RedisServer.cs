using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using Vigil.Review.Redis;
using Vigil.Review.Support;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Vigil.Review.Support;

/// <summary>A private redis-server; every test has its own key prefix in it.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-redis-").FullName;
    private Process? _process;

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public string Address { get; private set; } = "";

    public static string NewPrefix() => $"{{vigil-{Guid.NewGuid():N}}}";

    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        _process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", "no"])
        {
            RedirectStandardOutput = true,
        })!;
        Address = $"127.0.0.1:{port}";
        Connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { Address },
            AbortOnConnectFail = false,
            // What is tried again and again in one connect also holds up closing, once the server is gone.
            ConnectRetry = 1,
            ConnectTimeout = 2_000,
            ReconnectRetryPolicy = new LinearRetry(20),
            AllowAdmin = true,
        });
        var deadline = Stopwatch.StartNew();
        while (!Connection.IsConnected && deadline.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(20);
        }

        Assert.True(Connection.IsConnected, "redis-server did not start");
    }

    internal RedisScripts Scripts(string prefix, TimeSpan clockOffset = default) => new(Connection, prefix, TimeProvider.System, clockOffset);

    /// <summary>All keys under a prefix; every test has its own, so this is what a flush or a snapshot of Redis means to it.</summary>
    internal List<RedisKey> Keys(string prefix)
    {
        // Braces stand for themselves in the pattern.
        var pattern = prefix.Replace("[", "\\[", StringComparison.Ordinal) + ":*";
        return [.. Connection.GetServer(Address).Keys(pattern: pattern, pageSize: 1000)];
    }

    /// <summary>Ends the server as a crash would; clients stay and find nobody.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
