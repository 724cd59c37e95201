using Microsoft.AspNetCore.Http.Features;

namespace Vigil.Review.Http;

/// <summary>How much of a call's body is read; what is longer is answered 413.</summary>
public static class BodyLimit
{
    public static void Set(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = bytes;
        }
    }
}
