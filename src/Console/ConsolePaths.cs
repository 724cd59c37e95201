using Vigil.Review;

namespace Vigil.ReviewConsole;

/// <summary>Addresses of the pages. REST has its own, beside them.</summary>
public static class ConsolePaths
{
    public const string Root = "/console";
    public const string SignIn = Root + "/sign-in";
    public const string Provider = SignIn + "/provider";
    public const string ProviderReturn = Provider + "/return";
    public const string SignOut = Root + "/sign-out";
    public const string Pictures = Root + "/picture";
    public const string Keys = Root + "/keys";
    public const string Lead = Root + "/lead";
    public const string Find = Root + "/find";
    public const string Heartbeat = Root + "/heartbeat";
    public const string Seen = Root + "/seen";
    public const string LiveLeases = Root + "/live/leases";
    public const string LiveQueues = Root + "/live/queues";

    /// <summary>Name of the value that says which page to open after signing in.</summary>
    public const string To = "to";

    /// <summary>Whether an address that came from outside leads to a page of ours, and nowhere else.</summary>
    public static bool IsOurs(string? address) => address is not null
        && address.StartsWith(Root, StringComparison.Ordinal)
        && (address.Length == Root.Length || address[Root.Length] is '/' or '?')
        && !address.AsSpan().ContainsAnyInRange('\0', ' ')
        && !address.Contains('\\', StringComparison.Ordinal);

    /// <summary>Whether pages ask this by themselves, again and again.</summary>
    public static bool IsAskedUnbidden(string? path) => path is Heartbeat or LiveLeases or LiveQueues;

    /// <param name="again">The provider shall ask for the password even of whom it still knows.</param>
    public static string ProviderFor(string? to, bool again) => $"{Provider}?{To}={Uri.EscapeDataString(IsOurs(to) ? to! : Root)}{(again ? "&again=true" : "")}";

    public static string SignInWith(string code) => $"{SignIn}?code={code}";

    public static string Work(string queue) => $"{Root}/work/{Uri.EscapeDataString(queue)}";

    /// <summary>One of claim, decide, undo, release.</summary>
    public static string Work(string queue, string action) => $"{Work(queue)}/{action}";

    // In the query: no path can carry an id of "." or "..".
    public static string Item(string id) => $"{Root}/item?id={Uri.EscapeDataString(id)}";

    /// <param name="refused">What the page says; null: nothing.</param>
    public static string Item(string id, Refusal? refused) => refused is { } refusal ? $"{Item(id)}&notice={refusal}" : Item(id);

    /// <param name="digest">Of the content that the page shows.</param>
    /// <param name="still">From 0.</param>
    public static string Picture(string id, string digest, int part, int still, bool opaque) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Pictures}?id={Uri.EscapeDataString(id)}&digest={digest}&part={part}&still={still}{(opaque ? "&opaque=true" : "")}");

    /// <param name="page">From 1.</param>
    public static string Text(string id, int part, int page) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Root}/text?id={Uri.EscapeDataString(id)}&part={part}&page={page}");
}
