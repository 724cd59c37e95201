namespace Vigil.ReviewConsole;

/// <summary>Addresses of the pages. REST has its own, beside them.</summary>
public static class ConsolePaths
{
    public const string Root = "/console";
    public const string SignIn = Root + "/sign-in";
    public const string SignOut = Root + "/sign-out";
    public const string Heartbeat = Root + "/heartbeat";

    public static string SignInWith(string code) => $"{SignIn}?code={code}";

    public static string Work(string queue) => $"{Root}/work/{Uri.EscapeDataString(queue)}";

    /// <summary>One of claim, decide, undo, release.</summary>
    public static string Work(string queue, string action) => $"{Work(queue)}/{action}";

    // In the query: no path can carry an id of "." or "..".
    public static string Item(string id) => $"{Root}/item?id={Uri.EscapeDataString(id)}";

    /// <param name="page">From 1.</param>
    public static string Text(string id, int part, int page) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Root}/text?id={Uri.EscapeDataString(id)}&part={part}&page={page}");
}
