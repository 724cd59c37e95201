using Microsoft.AspNetCore.Http.Features;

namespace Vigil.Review.Http;

/// <summary>
/// Content ids in paths. An id may hold any character, so it is one percent-encoded segment, taken from the request line as
/// it was sent (routing would leave %2F encoded). What no path can carry ("." and "..", NUL) goes into the query: /items/-?id=..
/// </summary>
internal static class ItemPath
{
    private const string Root = "/items/";
    private const string InQuery = "-";

    /// <param name="below">What follows the item, such as <c>/content</c>.</param>
    public static string Of(string id, string below = "") => id is "." or ".." or InQuery || id.Contains('\0', StringComparison.Ordinal)
        ? $"{Root}{InQuery}{below}?id={Uri.EscapeDataString(id)}"
        : Root + Uri.EscapeDataString(id) + below;

    public static string IdOf(HttpContext context, string routed)
    {
        if (routed == InQuery && context.Request.Query["id"] is [{ Length: > 0 } named])
        {
            return named;
        }

        // Where the two differ by more than that, the path was one that leads elsewhere, such as /items/a/../b.
        return AsSent(context) is { } sent && WithSlashes(sent) == WithSlashes(routed) ? sent : routed;
    }

    private static string? AsSent(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var start = target.IndexOf(Root, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var segment = target.AsSpan(start + Root.Length);
        var end = segment.IndexOfAny('/', '?', '#');
        return Uri.UnescapeDataString(end < 0 ? segment : segment[..end]);
    }

    private static string WithSlashes(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
