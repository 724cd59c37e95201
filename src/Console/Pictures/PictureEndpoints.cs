using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vigil.Contracts;
using Vigil.Review;
using Vigil.ReviewConsole.SignIn;

namespace Vigil.ReviewConsole.Pictures;

/// <summary>Pictures of the version that a page shows, written anew.</summary>
internal static class PictureEndpoints
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet(ConsolePaths.Pictures, ShowAsync).RequireAuthorization(ConsolePolicies.Content);

    /// <param name="digest">Of the content: after an edit the address of a picture shows nothing else.</param>
    private static async Task<IResult> ShowAsync(
        string? id, string? digest, int part, ContentDesk contents, PictureMaker pictures, HttpContext context, int still = 0, bool opaque = false)
    {
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        var found = await contents.FindAsync(id ?? "", ConsoleSession.ReviewerOf(context), context.RequestAborted);
        if (found.Value?.Content is not { } content || ContentDigest.Of(content).ToString() != digest || part < 0 || part >= content.Parts.Count || content.Parts[part] is not ImagePart image)
        {
            return TypedResults.NotFound();
        }

        var picture = await pictures.MakeAsync(image.Bytes, still, opaque, context.RequestAborted);
        return picture.WebP is { } webp ? TypedResults.Bytes(webp, "image/webp") : TypedResults.UnprocessableEntity();
    }
}
