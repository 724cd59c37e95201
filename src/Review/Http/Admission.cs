using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Vigil.Review.Http;

/// <summary>Who may call, what, and how often; before any body is read, so that a stranger learns nothing but 401.</summary>
internal static class Admission
{
    /// <summary>The filter of every call.</summary>
    public static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        LimitBody(http);
        if (http.RequestServices.GetRequiredService<ReviewerTokens>().Find(http.Request) is not { } caller)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Of(ProblemKind.Unauthorized);
        }

        if (http.RequestServices.GetRequiredService<CallLimit>().Refuses(caller) is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Problems.Of(ProblemKind.TooManyRequests);
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<Demand>() is { } demand && (caller.Roles & demand.AnyOf) == ReviewerRole.None)
        {
            return Problems.Of(ProblemKind.Forbidden, demand.Refusal);
        }

        http.Items[typeof(Caller)] = caller;
        return await next(context);
    }

    public static Caller CallerOf(HttpContext context) => (Caller)context.Items[typeof(Caller)]!;

    private static void LimitBody(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = http.RequestServices.GetRequiredService<IOptions<ReviewOptions>>().Value.MaxBodyBytes;
        }
    }
}
