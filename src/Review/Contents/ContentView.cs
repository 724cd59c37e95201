using Vigil.Contracts;
using Vigil.Review.Http;

namespace Vigil.Review.Contents;

/// <summary>A whole item as published: untrusted text in JSON escapes, images as metadata with the address of their bytes.</summary>
internal sealed record ContentView(
    string Id, long Revision, string Digest, string AuthorId, string Surface, string Lang, string Url, DateTimeOffset? CreatedAt, Reach Reach, long? Reports,
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<ContentPartView> Parts)
{
    public static ContentView Of(RankedItem item, Content content) => new(
        item.ContentId,
        item.Version.Revision,
        item.Version.Digest.ToString(),
        content.AuthorId,
        content.Surface,
        content.Lang,
        content.Url,
        content.CreatedAt,
        content.Reach,
        content.Reports,
        content.Attributes,
        [.. content.Parts.Select((part, index) => ContentPartView.Of(item, part, index))]);
}

/// <param name="Kind">text or image.</param>
/// <param name="Unreadable">Why ranking could not read the part; null where it could.</param>
/// <param name="ImagePath">Where the bytes are, as published.</param>
internal sealed record ContentPartView(int Part, string Kind, string? Text, string? Mime, long? Size, int? Width, int? Height, string? Unreadable, string? ImagePath)
{
    public static ContentPartView Of(RankedItem item, ContentPart part, int index)
    {
        var digest = item.Parts.FirstOrDefault(known => known.Part == index);
        var unreadable = item.Unreadable.Where(known => known.Part == index).Select(known => known.Reason).FirstOrDefault();
        return part switch
        {
            TextPart text => new(index, "text", text.Text, null, null, null, null, unreadable, null),
            ImagePart image => new(
                index, "image", null, image.Mime, image.Bytes.Length, digest?.Width, digest?.Height, unreadable, ItemPath.Of(item.ContentId, $"/content/parts/{index}/image")),
            _ => throw new InvalidOperationException($"Unknown part {part.GetType().Name}. This is a bug."),
        };
    }
}
