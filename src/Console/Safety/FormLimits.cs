using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Vigil.Review.Http;
using Vigil.ReviewConsole.Pages;

namespace Vigil.ReviewConsole.Safety;

/// <summary>How much and how often: far more than hands can send, far less than a script can.</summary>
internal static class FormLimits
{
    /// <summary>Requests in a second of one reviewer, or of one address that nobody is signed in at.</summary>
    public const int PerSecond = 40;

    /// <summary>The longest note, in three-byte letters as a form writes them, and as much again.</summary>
    private const int MaxBytes = 64 * 1024;

    public static ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.RequestServices.GetRequiredService<CallLimit<string>>().Refuses(CallerOf(http), http.Response))
        {
            return Refuse(http, "Too fast", "That was more than a page sends by itself. Nothing was recorded: wait a moment and do it again.", StatusCodes.Status429TooManyRequests);
        }

        BodyLimit.Set(http, MaxBytes);
        // Here, since what fails while a form is read would look like a form that is not ours.
        return http.Request.ContentLength > MaxBytes
            ? Refuse(http, "Too long", "The form is longer than any of ours. Nothing was recorded.", StatusCodes.Status413PayloadTooLarge)
            : next(context);
    }

    private static string CallerOf(HttpContext http) => http.User.Identity?.Name is { } name ? $"as {name}" : $"from {http.Connection.RemoteIpAddress}";

    private static ValueTask<object?> Refuse(HttpContext http, string title, string message, int status) => ValueTask.FromResult<object?>(PagePart.IsAskedFor(http.Request)
        ? ConsolePage.Of<NoticePart>(new { Text = message }, status)
        : ConsolePage.Of<MessagePage>(new { Title = title, Message = message }, status));
}
