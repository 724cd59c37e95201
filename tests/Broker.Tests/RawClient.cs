using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Tests;

/// <summary>Sends single requests, also those that a well-behaved client never would.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationToken _cancellation;
    private int _correlation;

    private RawClient(CancellationToken cancellation) => _cancellation = cancellation;

    public static async Task<RawClient> ConnectAsync(string bootstrap, CancellationToken cancellation)
    {
        var client = new RawClient(cancellation);
        await client._socket.ConnectAsync(IPEndPoint.Parse(bootstrap), cancellation);
        return client;
    }

    public async Task<ProducerIdentity> InitProducerIdAsync(string? transactionalId)
    {
        var producer = ProducerIdentity.None;
        var error = await PatientlyAsync(async () =>
        {
            var reply = await CallAsync(ApiKey.InitProducerId, 1, request =>
            {
                request.String(transactionalId);
                request.Int32(30_000);
            });
            reply.Int32();
            var answered = (ErrorCode)reply.Int16();
            producer = new ProducerIdentity(reply.Int64(), reply.Int16());
            return answered;
        });
        Assert.Equal(ErrorCode.None, error);
        return producer;
    }

    public async Task<(ErrorCode Error, long Offset)> ProduceAsync(string topic, byte[] batch, string? transactionalId)
    {
        var reply = await CallAsync(ApiKey.Produce, 8, request =>
        {
            request.String(transactionalId);
            request.Int16(-1);
            request.Int32(10_000);
            request.Array([topic], (w, name) =>
            {
                w.String(name);
                w.Array([0], (p, partition) =>
                {
                    p.Int32(partition);
                    p.Bytes(batch);
                });
            });
        });
        reply.Int32();
        reply.String();
        reply.Int32();
        reply.Int32();
        return ((ErrorCode)reply.Int16(), reply.Int64());
    }

    /// <summary>Fetches partition 0 from an offset on; the answer is the number of bytes of whole batches.</summary>
    public async Task<(ErrorCode Error, int Bytes)> FetchAsync(string topic, long offset, TimeSpan wait, int minBytes = 1, int maxBytes = 1 << 20)
    {
        var reply = await CallAsync(ApiKey.Fetch, 11, request =>
        {
            request.Int32(-1);
            request.Int32((int)wait.TotalMilliseconds);
            request.Int32(minBytes);
            request.Int32(maxBytes);
            request.Byte(0);
            request.Int32(0);
            request.Int32(-1);
            request.Array([topic], (w, name) =>
            {
                w.String(name);
                w.Array([0], (p, partition) =>
                {
                    p.Int32(partition);
                    p.Int32(-1);
                    p.Int64(offset);
                    p.Int64(-1);
                    p.Int32(maxBytes);
                });
            });
            request.Array<string>([], (_, _) => { });
            request.String("");
        });
        reply.Int32();
        Assert.Equal(ErrorCode.None, (ErrorCode)reply.Int16());
        reply.Int32();
        return ByTopic<(ErrorCode, int)>.ReadAll(reply, r =>
        {
            r.Int32();
            var error = (ErrorCode)r.Int16();
            r.Int64();
            r.Int64();
            r.Int64();
            r.NullableArray(aborted => (aborted.Int64(), aborted.Int64()));
            r.Int32();
            return (error, r.Bytes().Length);
        })[0].Partitions[0];
    }

    public Task<ErrorCode> AddPartitionAsync(string transactionalId, ProducerIdentity producer, string topic) => PatientlyAsync(async () =>
    {
        var reply = await CallAsync(ApiKey.AddPartitionsToTxn, 1, request =>
        {
            Owner(request, transactionalId, producer);
            request.Array([topic], (w, name) =>
            {
                w.String(name);
                w.Array([0], (p, partition) => p.Int32(partition));
            });
        });
        reply.Int32();
        reply.Int32();
        reply.String();
        reply.Int32();
        reply.Int32();
        return (ErrorCode)reply.Int16();
    });

    public Task<ErrorCode> EndTransactionAsync(string transactionalId, ProducerIdentity producer, bool commit) => PatientlyAsync(async () =>
    {
        var reply = await CallAsync(ApiKey.EndTxn, 1, request =>
        {
            Owner(request, transactionalId, producer);
            request.Bool(commit);
        });
        reply.Int32();
        return (ErrorCode)reply.Int16();
    });

    public async Task<ErrorCode> CommitOffsetAsync(MemberIdentity member, string topic, long offset)
    {
        var reply = await CallAsync(ApiKey.OffsetCommit, 7, request =>
        {
            request.String(member.GroupId);
            request.Int32(member.Generation);
            request.String(member.MemberId);
            request.String(member.InstanceId);
            request.Array([topic], (w, name) =>
            {
                w.String(name);
                w.Array([0], (p, partition) =>
                {
                    p.Int32(partition);
                    p.Int64(offset);
                    p.Int32(-1);
                    p.String(null);
                });
            });
        });
        reply.Int32();
        reply.Int32();
        reply.String();
        reply.Int32();
        reply.Int32();
        return (ErrorCode)reply.Int16();
    }

    /// <summary>Joins as a member that then does nothing more.</summary>
    public async Task<ErrorCode> JoinGroupAsync(string group, int sessionTimeoutMs, int rebalanceTimeoutMs)
    {
        var member = "";
        return await PatientlyAsync(async () =>
        {
            var reply = await CallAsync(ApiKey.JoinGroup, 5, request =>
            {
                request.String(group);
                request.Int32(sessionTimeoutMs);
                request.Int32(rebalanceTimeoutMs);
                request.String(member);
                request.String(null);
                request.String("consumer");
                request.Array(["range"], (w, strategy) =>
                {
                    w.String(strategy);
                    w.Bytes([0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]); // no topics, no user data
                });
            });
            reply.Int32();
            var error = (ErrorCode)reply.Int16();
            reply.Int32();
            reply.String();
            reply.String();
            member = reply.String();
            return error;
        });
    }

    /// <summary>Asks for the committed offset of partition 0, and for a stable one.</summary>
    public async Task<(ErrorCode Error, long Offset)> FetchStableOffsetAsync(string group, string topic)
    {
        var reply = await CallAsync(ApiKey.OffsetFetch, 7, request =>
        {
            request.String(group);
            request.Array([topic], (w, name) =>
            {
                w.String(name);
                w.Array([0], (p, partition) => p.Int32(partition));
                w.NoTags();
            });
            request.Bool(true);
            request.NoTags();
        });
        reply.Int32();
        var topics = ByTopic<(ErrorCode, long)>.ReadAll(reply, r =>
        {
            r.Int32();
            var offset = r.Int64();
            r.Int32();
            r.NullableString();
            var error = (ErrorCode)r.Int16();
            r.SkipTags();
            return (error, offset);
        });
        return topics[0].Partitions[0];
    }

    /// <summary>A sound batch of small records without keys.</summary>
    public static byte[] Batch(ProducerIdentity producer, int sequence, int count = 1, bool transactional = false)
    {
        var records = new List<byte>();
        for (var i = 0; i < count; i++)
        {
            // Length 7: attributes, timestamp delta 0, offset delta i, no key, one byte of value, no headers.
            records.AddRange([14, 0, 0, (byte)(i * 2), 1, 2, (byte)'v', 0]);
        }

        var batch = new byte[BatchHeader.Bytes + records.Count];
        records.CopyTo(batch, BatchHeader.Bytes);
        var attributes = transactional ? BatchHeader.TransactionalFlag : (short)0;
        RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, attributes, count - 1, 1_000, 1_000, producer.Id, producer.Epoch, sequence, count));
        return batch;
    }

    public async Task<WireReader> CallAsync(ApiKey key, short version, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.Int16((short)key);
        writer.Int16(version);
        writer.Int32(++_correlation);
        writer.String("raw");
        writer.Flexible = SupportedApi.Find(key)!.IsFlexible(version);
        writer.NoTags();
        body(writer);
        await SendAsync(writer.Frame);
        var reader = new WireReader(await ReceiveAsync());
        Assert.Equal(_correlation, reader.Int32());
        reader.Flexible = writer.Flexible;
        reader.SkipTags();
        return reader;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, _cancellation)..];
        }
    }

    /// <summary>One whole reply without its length prefix.</summary>
    public async Task<byte[]> ReceiveAsync()
    {
        var prefix = await ReceiveAsync(4);
        return await ReceiveAsync(BinaryPrimitives.ReadInt32BigEndian(prefix));
    }

    /// <summary>Says that no more will come, reads what the broker still answers, and returns when it has closed too.</summary>
    public async Task DrainAsync()
    {
        var buffer = new byte[4096];
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            while (await _socket.ReceiveAsync(buffer, _cancellation) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Closed with bytes unread: a reset instead of an end.
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Asks again while the broker is still getting ready, still ending the transaction before, or first hands out a member's id.</summary>
    private async Task<ErrorCode> PatientlyAsync(Func<Task<ErrorCode>> ask)
    {
        ErrorCode error;
        while ((error = await ask()) is (ErrorCode)14 or (ErrorCode)15 or ErrorCode.NotCoordinator or ErrorCode.ConcurrentTransactions or ErrorCode.MemberIdRequired)
        {
            await Task.Delay(50, _cancellation);
        }

        return error;
    }

    private async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var got = await _socket.ReceiveAsync(bytes.AsMemory(read), _cancellation);
            read += got > 0 ? got : throw new EndOfStreamException("The broker closed the connection.");
        }

        return bytes;
    }

    private static void Owner(WireWriter request, string transactionalId, ProducerIdentity producer)
    {
        request.String(transactionalId);
        request.Int64(producer.Id);
        request.Int16(producer.Epoch);
    }
}
