using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vigil.Chaos.Tests.Network;

/// <summary>
/// A line to a broker that can be cut and made bad. It reads a client's name from its first request: one client may be
/// let through whatever happens, as if it had a line of its own.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    // Length (4), api key (2), version (2), correlation (4), length of the client's name (2).
    private const int HeadBytes = 14;

    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _lines = new();
    private readonly string _letThrough;
    private readonly Random _random;
    private Task _accepting = Task.CompletedTask;
    private int _port;
    private int _bytesPerSecond;
    private volatile LineState _state;

    public TcpProxy(string letThrough, int seed)
    {
        _letThrough = letThrough;
        _random = new Random(seed);
        _listener.Start();
        Address = _listener.LocalEndpoint.ToString()!;
    }

    /// <summary>Where clients connect to; the broker advertises it.</summary>
    public string Address { get; }

    public void Serve(string bootstrap)
    {
        _port = IPEndPoint.Parse(bootstrap).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Nothing comes through and nobody is told; what was connected is lost when the line is back.</summary>
    public void Cut() => _state = LineState.Cut;

    /// <summary>Small pieces, late, with stops, and now and then a lost connection.</summary>
    public void MakeBad()
    {
        _state = LineState.Bad;
        Drop();
    }

    /// <summary>What clients send takes its time; what they are sent does not.</summary>
    public void Slow(int bytesPerSecond)
    {
        _bytesPerSecond = bytesPerSecond;
        _state = LineState.Slow;
    }

    public void Mend() => _state = LineState.Good;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Drop(all: true);
        await _accepting;
        _stop.Dispose();
    }

    private void Drop(bool all = false)
    {
        foreach (var (socket, spared) in _lines)
        {
            if (all || !spared)
            {
                socket.Dispose();
            }
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> relays = [];
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }

        await Task.WhenAll(relays);
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            var head = new byte[HeadBytes];
            await ReadAsync(client, head);
            var name = new byte[Math.Max((short)0, BinaryPrimitives.ReadInt16BigEndian(head.AsSpan(HeadBytes - 2)))];
            await ReadAsync(client, name);
            var spared = Encoding.UTF8.GetString(name) == _letThrough;
            _lines[client] = _lines[server] = spared;
            await PassAsync(spared);
            await server.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
            await server.SendAsync((byte[])[.. head, .. name], _stop.Token);
            await Task.WhenAny(PumpAsync(client, server, spared, up: true), PumpAsync(server, client, spared, up: false));
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException or EndOfStreamException)
        {
        }
        finally
        {
            _lines.TryRemove(client, out _);
            _lines.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool spared, bool up)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                var bad = _state == LineState.Bad && !spared;
                var read = await from.ReceiveAsync(buffer.AsMemory(0, bad ? 1 + Next(8_192) : buffer.Length), _stop.Token);
                if (read == 0 || (bad && Next(400) == 0))
                {
                    return;
                }

                if (bad)
                {
                    await Task.Delay(Next(100) == 0 ? 1_000 : Next(15), _stop.Token);
                }

                if (up && _state == LineState.Slow && !spared)
                {
                    await Task.Delay(TimeSpan.FromSeconds((double)read / _bytesPerSecond), _stop.Token);
                }

                await PassAsync(spared);
                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private async Task PassAsync(bool spared)
    {
        while (_state == LineState.Cut && !spared)
        {
            await Task.Delay(50, _stop.Token);
        }
    }

    private async Task ReadAsync(Socket from, Memory<byte> target)
    {
        while (target.Length > 0)
        {
            var read = await from.ReceiveAsync(target, _stop.Token);
            target = read > 0 ? target[read..] : throw new EndOfStreamException();
        }
    }

    private int Next(int limit)
    {
        lock (_random)
        {
            return _random.Next(limit);
        }
    }

    private enum LineState
    {
        Good,
        Cut,
        Bad,
        Slow,
    }
}
