using System.Text;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http.HttpResults;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Review.Http;
using Content = Vigil.Contracts.Content;
using RankedItem = Vigil.Contracts.RankedItem;

namespace Vigil.Review.Contents;

/// <summary>
/// Shows reviewers the whole item (<c>design.md</c> §6.8): the original record of the version they hold, or of the newest,
/// accepted only if topic id, offset, id and digest are those of the ranked item.
/// </summary>
internal sealed class ContentDesk(ReviewQueue queues, ContentReader reader) : IDisposable
{
    public async Task<IResult> ReadAsync(string id, Reviewer reviewer, CancellationToken cancellation)
    {
        var (item, content, refusal) = await FindAsync(id, reviewer, cancellation);
        return content is null ? refusal! : TypedResults.Ok(ContentView.Of(item!, content));
    }

    public async Task<IResult> ReadImageAsync(string id, int part, Reviewer reviewer, CancellationToken cancellation)
    {
        var (_, content, refusal) = await FindAsync(id, reviewer, cancellation);
        if (content is null)
        {
            return refusal!;
        }

        return part >= 0 && part < content.Parts.Count && content.Parts[part] is ImagePart image
            ? TypedResults.File(image.Bytes.ToArray(), "application/octet-stream", $"part-{part}")
            : Problems.Of(Refusal.NotFound);
    }

    public void Dispose() => reader.Dispose();

    private async Task<(RankedItem? Item, Content? Content, IResult? Refusal)> FindAsync(string id, Reviewer reviewer, CancellationToken cancellation)
    {
        var reply = await queues.ItemAsync(id);
        if (reply.Value is not { } details)
        {
            return (null, null, Problems.Of(reply.Refused ?? Refusal.NotFound));
        }

        var held = details.Lease is { } lease && lease.Holder == reviewer.Name;
        if ((held ? details.LeasedItem : details.Current.Item) is not { } item)
        {
            return (null, null, details.Current.Status == "withdrawn"
                ? Problems.Of(ProblemKind.Withdrawn)
                : Problems.Of(ProblemKind.Forgotten));
        }

        var (record, reason) = await reader.ReadAsync(item.Source, cancellation);
        if (record is null)
        {
            return (null, null, Explain(reason!));
        }

        return Decode(record, id, item.Version.Digest) is { } content
            ? (item, content, null)
            : (null, null, Problems.Of(ProblemKind.Mismatch));
    }

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

    private static ProblemHttpResult Explain(string reason) => reason switch
    {
        "expired" => Problems.Of(ProblemKind.Expired),
        "topic_recreated" => Problems.Of(ProblemKind.TopicRecreated),
        "missing" => Problems.Of(ProblemKind.Missing),
        _ => Problems.Unavailable("Kafka"),
    };
}
