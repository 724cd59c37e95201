using Microsoft.Extensions.Options;

namespace Vigil.Review.Http;

/// <summary>Who may call what, and how often, before any body is read; strangers were turned away by <see cref="TokenGate"/>.</summary>
internal static class Admission
{
    /// <summary>The filter of every call.</summary>
    public static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        BodyLimit.Set(http, http.RequestServices.GetRequiredService<IOptions<ReviewOptions>>().Value.MaxBodyBytes);
        var caller = (Caller)http.Items[typeof(Caller)]!;
        if (http.RequestServices.GetRequiredService<CallLimit<int>>().Refuses(caller.Token, http.Response))
        {
            return Problems.Of(ProblemKind.TooManyRequests);
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<Demand>() is { } demand && (caller.Roles & demand.AnyOf) == ReviewerRole.None)
        {
            return Problems.Of(ProblemKind.Forbidden, demand.Refusal);
        }

        return await next(context);
    }

    public static Caller CallerOf(HttpContext context) => (Caller)context.Items[typeof(Caller)]!;
}
