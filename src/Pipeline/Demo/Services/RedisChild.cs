using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vigil.Pipeline.Demo.Services;

/// <summary>Debian's redis-server as a child with a private folder and a port of its own, loopback only.</summary>
internal static class RedisChild
{
    private const int Attempts = 3;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    /// <returns>The child and its address.</returns>
    public static async Task<(ChildProcess Child, string Url)> StartAsync(string folder, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            // The port is free when it is looked up and may be taken a moment later: then another one is tried.
            var port = LoopbackPort.Free();
            var child = await ChildProcess.StartAsync("redis-server", "redis-server", Arguments(port, folder));
            try
            {
                await child.WaitUntilReadyAsync(AnswersAsync(port, cancellation), StartTime, cancellation);
                return (child, $"redis://127.0.0.1:{port}");
            }
            catch (CommandFailedException) when (attempt < Attempts)
            {
                await child.DisposeAsync();
            }
            catch
            {
                await child.DisposeAsync();
                throw;
            }
        }
    }

    private static string[] Arguments(int port, string folder) =>
    [
        "--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no",
        "--maxmemory-policy", "noeviction", "--hash-max-listpack-value", "4096", "--daemonize", "no",
    ];

    private static async Task AnswersAsync(int port, CancellationToken cancellation)
    {
        while (!await AnswersNowAsync(port, cancellation))
        {
            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task<bool> AnswersNowAsync(int port, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellation);
            var reply = new byte[5];
            await stream.ReadExactlyAsync(reply, cancellation);
            return Encoding.ASCII.GetString(reply) == "+PONG";
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return false;
        }
    }
}
