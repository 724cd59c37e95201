using System.Text.Json;

namespace Vigil.ReviewConsole.Keys;

/// <summary>What a key does in the work view.</summary>
public enum KeyAct
{
    Violation,
    Benign,
    Escalate,
    Skip,
    Undo,
    Note,
    Next,
    Previous,
    Reveal,
    Colour,
    Score,
    Finish,
    Help,
}

/// <summary>
/// Which key does what, for one reviewer: one for each act. Digits choose a policy or a reason, and Enter, Space, Tab and
/// Backspace stay the browser's.
/// </summary>
public sealed record KeyMap
{
    private readonly string _keys;

    private KeyMap(string keys) => _keys = keys;

    public static KeyMap Standard { get; } = new("vbesunjkigrf?");

    public static IReadOnlyList<KeyAct> Acts { get; } = Enum.GetValues<KeyAct>();

    /// <summary>As it is written on buttons.</summary>
    public string this[KeyAct act] => char.ToUpperInvariant(_keys[(int)act]).ToString();

    /// <summary>As the module reads it: key → act.</summary>
    public string Json => JsonSerializer.Serialize(Acts.ToDictionary(act => _keys[(int)act], NameOf));

    /// <summary>The act's name in forms and in the module.</summary>
    public static string NameOf(KeyAct act) => act.ToString().ToLowerInvariant();

    /// <param name="keys">One character for each act, in their order.</param>
    /// <returns>Null: other keys than these can be, or one of them twice.</returns>
    public static KeyMap? Parse(string keys)
    {
        var lower = keys.ToLowerInvariant();
        return lower.Length == Acts.Count && lower.All(CanBe) && lower.Distinct().Count() == lower.Length ? new(lower) : null;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _keys;

    private static bool CanBe(char key) => key is > ' ' and <= '~' and not (>= '0' and <= '9');
}
