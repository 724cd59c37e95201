namespace Vigil.Review.Http;

/// <summary>
/// Asks for the token of every call below <c>/items</c>, <c>/queues</c> and <c>/agreement</c> before routing: which paths, methods and types of body
/// there are is told (404, 405, 415) to those only who may come in.
/// </summary>
internal sealed class TokenGate(ReviewerTokens tokens) : IStartupFilter
{
    private static readonly PathString[] Guarded = ["/items", "/queues", "/agreement"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(LetInAsync);
        next(app);
    };

    private Task LetInAsync(HttpContext http, RequestDelegate next)
    {
        if (!Guarded.Any(root => http.Request.Path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase)))
        {
            return next(http);
        }

        http.Response.Headers.CacheControl = "no-store";
        if (tokens.Find(http.Request) is not { } caller)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Of(ProblemKind.Unauthorized).ExecuteAsync(http);
        }

        http.Items[typeof(Caller)] = caller;
        return next(http);
    }
}
