using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Vigil.ReviewConsole.Pages;

namespace Vigil.ReviewConsole.Safety;

/// <summary>Takes what changes something from our own forms only: from the same origin, and with the token of a page we rendered.</summary>
internal static class OwnForms
{
    public static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method))
        {
            return await next(context);
        }

        // A browser that sends no such header is older than this page can serve.
        return http.Request.Headers["Sec-Fetch-Site"] == "same-origin" && http.Request.HasFormContentType && await IsOursAsync(http)
            ? await next(context)
            : ConsolePage.Of<MessagePage>(new { Title = "This page is out of date", Message = "You signed in or out since it was opened. Nothing was recorded: go back, reload the page, and do it again." }, StatusCodes.Status400BadRequest);
    }

    private static Task<bool> IsOursAsync(HttpContext http) => http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http);
}
