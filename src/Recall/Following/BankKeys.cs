namespace Vigil.Recall;

/// <summary>The keys of <c>bank</c> and <c>bank-index</c>: an entry's id, its state beside it, and what was seeded.</summary>
public static class BankKeys
{
    public const string StateSuffix = "#state";
    private const string StarterPrefix = "starter#";

    public static string StateOf(string id) => id + StateSuffix;

    public static string SeededStarter(string hash) => StarterPrefix + hash;

    /// <summary>Reads a key.</summary>
    /// <param name="name">The entry's id; for a seeded starter bank, its hash.</param>
    public static BankKeyKind Read(string key, out string name)
    {
        if (key.EndsWith(StateSuffix, StringComparison.Ordinal))
        {
            name = key[..^StateSuffix.Length];
            return BankKeyKind.State;
        }

        if (key.StartsWith(StarterPrefix, StringComparison.Ordinal))
        {
            name = key[StarterPrefix.Length..];
            return BankKeyKind.SeededStarter;
        }

        name = key;
        return BankKeyKind.Entry;
    }
}

/// <summary>What a key of the bank stands for.</summary>
public enum BankKeyKind
{
    Entry = 1,
    State = 2,
    SeededStarter = 3,
}
