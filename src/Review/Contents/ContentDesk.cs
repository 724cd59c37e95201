using System.Text;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Review.Contents;
using Content = Vigil.Contracts.Content;
using RankedItem = Vigil.Contracts.RankedItem;

namespace Vigil.Review;

/// <summary>
/// Shows reviewers the whole item (<c>design.md</c> §6.8): the original record of the version they hold, or of the newest,
/// accepted only if topic id, offset, id and digest are those of the ranked item.
/// </summary>
public sealed class ContentDesk : IDisposable
{
    private readonly ReviewQueue _queues;
    private readonly ContentReader _reader;
    private readonly ViewLog _views;

    internal ContentDesk(ReviewQueue queues, ContentReader reader, ViewLog views)
    {
        _queues = queues;
        _reader = reader;
        _views = views;
    }

    public async Task<Reply<FoundContent>> FindAsync(string id, Reviewer reviewer, CancellationToken cancellation)
    {
        var reply = await _queues.ItemAsync(id);
        return reply.Value is { } details ? await ReadAsync(details, reviewer, cancellation) : reply.Refused ?? Refusal.NotFound;
    }

    /// <summary>The same of an item that was looked up already.</summary>
    public async Task<FoundContent> ReadAsync(ItemDetails details, Reviewer reviewer, CancellationToken cancellation)
    {
        var held = details.Lease is { } lease && lease.Holder == reviewer.Name;
        return (held ? details.LeasedItem : details.Current.Item) is { } item
            ? await ReadAsync(item, reviewer, details.Lease?.Queue ?? details.Current.Queue, epoch: 0, cancellation)
            : new FoundContent(details.Current.Status == "withdrawn" ? ContentState.Withdrawn : ContentState.Forgotten, null, null);
    }

    /// <summary>The record a ranked item was made of, for a reviewer: that it is shown is written first.</summary>
    /// <param name="queue">In which it waits or is held; empty: none.</param>
    /// <param name="epoch">Of the claim; 0: without one.</param>
    public async Task<FoundContent> ReadAsync(RankedItem item, Reviewer reviewer, string queue, long epoch, CancellationToken cancellation)
    {
        // What waits in no queue any more was ranked into one, and is as restricted as it was there.
        var from = queue.Length > 0 ? queue : item.Ranking?.Queue ?? "";
        if (!await _views.DeliverAsync(reviewer, item.ContentId, item.Version, from, epoch))
        {
            return new(ContentState.Withheld, null, null);
        }

        var (record, state) = await _reader.ReadAsync(item.Source, cancellation);
        return record is null ? new(state, item, null)
            : Decode(record, item.ContentId, item.Version.Digest) is { } content ? new(ContentState.Whole, item, content)
            : new(ContentState.Mismatch, item, null);
    }

    public void Dispose() => _reader.Dispose();

    /// <returns>Null: it is another item or another version.</returns>
    private static Content? Decode(ConsumeResult<byte[], byte[]> record, string id, Sha256Digest digest)
    {
        var (wire, reason) = PublishedMessage.Parse(
            Contracts.Wire.Content.Parser, Contracts.Wire.Content.Descriptor, record.Message.Value ?? [], Last(record, WireHeaders.ContentType), Last(record, WireHeaders.Schema));
        if (wire is null || reason is not null)
        {
            return null;
        }

        var content = wire.ToDomain();
        var contentId = content.Id.Length > 0 ? content.Id : Encoding.UTF8.GetString(record.Message.Key ?? []);
        return contentId == id && ContentDigest.Of(content) == digest ? content with { Id = id } : null;
    }

    private static string? Last(ConsumeResult<byte[], byte[]> record, string header) =>
        record.Message.Headers.TryGetLastBytes(header, out var value) && value is not null ? Encoding.UTF8.GetString(value) : null;
}
