namespace Vigil.ReviewConsole.Keys;

/// <summary>What an act is called.</summary>
internal static class KeyWords
{
    public static string Of(KeyAct act) => act switch
    {
        KeyAct.Violation => "violation; then 1 to 9: of that policy",
        KeyAct.Benign => "benign",
        KeyAct.Escalate => "escalate",
        KeyAct.Skip => "skip; then 1 to 4: with that reason",
        KeyAct.Undo => "undo; again: the one before",
        KeyAct.Note => "note; Esc leaves it",
        KeyAct.Next => "next neighbour",
        KeyAct.Previous => "previous neighbour",
        KeyAct.Reveal => "show pictures",
        KeyAct.Colour => "pictures in colour",
        KeyAct.Score => "score",
        KeyAct.Finish => "finish: gives back what you hold",
        _ => "the list of keys",
    };
}
