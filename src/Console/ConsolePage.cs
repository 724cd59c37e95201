using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Vigil.ReviewConsole;

/// <summary>A component rendered once, as a page or a part of one. Nothing of it lives on.</summary>
internal static class ConsolePage
{
    /// <param name="parameters">The component's, by name.</param>
    public static RazorComponentResult<T> Of<T>(object parameters, int? status = null)
        where T : IComponent => new(parameters) { PreventStreamingRendering = true, StatusCode = status };
}
