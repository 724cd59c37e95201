using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Server;

/// <summary>One client's connection: its requests are served one at a time and answered in order, as the protocol asks.</summary>
internal sealed class Connection(Socket socket, string remote, int maxFrameBytes, Dispatcher dispatcher, ILogger logger)
{
    private const int SmallestFrame = 8;
    private const int FirstRead = 64 << 10;

    /// <summary>What is read behind a request that is held, so that the client's end is seen behind what it sent.</summary>
    private const int MostAhead = 64 << 10;

    private byte[]? _ahead;
    private ReadOnlyMemory<byte> _unread;

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        using (socket)
        {
            try
            {
                while (await ServeNextAsync(stop).ConfigureAwait(false))
                {
                }
            }
            catch (MalformedFrameException problem)
            {
                logger.Malformed(remote, problem.Message);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
                // The client left, or the broker stops.
            }
#pragma warning disable CA1031 // One request's bug must not take the other clients down.
            catch (Exception bug)
#pragma warning restore CA1031
            {
                logger.RequestFailed(bug, remote);
            }
            finally
            {
                if (_ahead is { } ahead)
                {
                    ArrayPool<byte>.Shared.Return(ahead);
                }
            }
        }
    }

    /// <summary>False when the client has closed its side.</summary>
    private async Task<bool> ServeNextAsync(CancellationToken stop)
    {
        var prefix = new byte[4];
        if (!await FillAsync(prefix, stop).ConfigureAwait(false))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(prefix);
        if (length < SmallestFrame || length > maxFrameBytes)
        {
            throw new MalformedFrameException($"a frame of {length} bytes");
        }

        var frame = await ReadFrameAsync(length, stop).ConfigureAwait(false);
        if (frame is null)
        {
            return false;
        }

        try
        {
            using var writer = new WireWriter();
            if (await ServeAsync(frame.AsMemory(0, length), writer, stop).ConfigureAwait(false))
            {
                await SendAsync(writer.Frame, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }

        return true;
    }

    /// <summary>A request that is held, for records or for other members, is let go when its client leaves.</summary>
    private async ValueTask<bool> ServeAsync(ReadOnlyMemory<byte> frame, WireWriter writer, CancellationToken stop)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var serving = dispatcher.ServeAsync(frame, writer, gone.Token);
        if (serving.IsCompleted)
        {
            return await serving.ConfigureAwait(false);
        }

        var held = serving.AsTask();
        var left = LeavesAsync(gone.Token);
        try
        {
            if (await Task.WhenAny(held, left).ConfigureAwait(false) == left && await left.ConfigureAwait(false))
            {
                await gone.CancelAsync().ConfigureAwait(false);
            }

            return await held.ConfigureAwait(false);
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await left.ConfigureAwait(false);
        }
    }

    /// <summary>True when the client has closed; false when it has sent more than is read ahead. Its bytes are kept for the next frames.</summary>
    private async Task<bool> LeavesAsync(CancellationToken stop)
    {
        _ahead ??= ArrayPool<byte>.Shared.Rent(MostAhead);
        _unread.CopyTo(_ahead);
        var read = _unread.Length;
        try
        {
            while (read < _ahead.Length)
            {
                var more = await socket.ReceiveAsync(_ahead.AsMemory(read), stop).ConfigureAwait(false);
                if (more == 0)
                {
                    return true;
                }

                read += more;
            }
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            // The request was answered.
        }
        finally
        {
            _unread = _ahead.AsMemory(0, read);
        }

        return false;
    }

    /// <summary>The buffer grows with the bytes that arrive, not with the length that the client claims.</summary>
    private async Task<byte[]?> ReadFrameAsync(int length, CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(length, FirstRead));
        var read = 0;
        while (true)
        {
            var upTo = Math.Min(length, buffer.Length);
            if (!await FillAsync(buffer.AsMemory(read, upTo - read), stop).ConfigureAwait(false))
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return null;
            }

            read = upTo;
            if (read == length)
            {
                return buffer;
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(length, buffer.Length * 2));
            buffer.AsSpan(0, read).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
    }

    private async Task<bool> FillAsync(Memory<byte> target, CancellationToken stop)
    {
        var kept = Math.Min(target.Length, _unread.Length);
        _unread[..kept].CopyTo(target);
        _unread = _unread[kept..];
        target = target[kept..];
        while (target.Length > 0)
        {
            var read = await socket.ReceiveAsync(target, stop).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            target = target[read..];
        }

        return true;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken stop)
    {
        while (frame.Length > 0)
        {
            frame = frame[await socket.SendAsync(frame, stop).ConfigureAwait(false)..];
        }
    }
}
