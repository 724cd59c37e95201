using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Vigil.Broker.Server;

/// <summary>Accepts connections on the loopback address, a bounded number at once.</summary>
internal sealed class Listener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly HashSet<Task> _open = [];
    private readonly int _maxConnections;
    private readonly int _maxFrameBytes;
    private readonly ILogger _logger;

    public Listener(int port, int maxConnections, int maxFrameBytes, ILogger logger)
    {
        _maxConnections = maxConnections;
        _maxFrameBytes = maxFrameBytes;
        _logger = logger;
        try
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            _socket.Listen(512);
        }
        catch (SocketException problem)
        {
            _socket.Dispose();
            throw new IOException($"Port {port} on {IPAddress.Loopback} cannot be used: {problem.Message}", problem);
        }

        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public async Task RunAsync(Dispatcher dispatcher, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Admit(await _socket.AcceptAsync(stop).ConfigureAwait(false), dispatcher, stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException)
            {
                // The peer was gone before it was accepted, or no descriptor was free: the next one may do.
                await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
            }
        }

        await Task.WhenAll(_open).ConfigureAwait(false);
    }

    public void Dispose() => _socket.Dispose();

    private void Admit(Socket socket, Dispatcher dispatcher, CancellationToken stop)
    {
        _open.RemoveWhere(connection => connection.IsCompleted);
        var remote = socket.RemoteEndPoint?.ToString() ?? "?";
        if (_open.Count >= _maxConnections)
        {
            _logger.Refused(remote, _maxConnections);
            socket.Dispose();
            return;
        }

        socket.NoDelay = true;
        _open.Add(new Connection(socket, remote, _maxFrameBytes, dispatcher, _logger).RunAsync(stop));
    }
}
