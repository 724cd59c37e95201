using Microsoft.AspNetCore.Http;

namespace Vigil.ReviewConsole;

/// <summary>Whether the module asks for a part of a page, or a form without script for the whole of the next.</summary>
internal static class PagePart
{
    private const string Header = "X-Vigil-Part";

    public static bool IsAskedFor(HttpRequest request) => request.Headers.ContainsKey(Header);
}
