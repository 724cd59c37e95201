namespace Vigil.Pipeline.Roles;

/// <summary>What one process does; roles scale apart.</summary>
[Flags]
internal enum Role
{
    None = 0,
    Worker = 1,
    Bank = 2,
    Review = 4,
    All = Worker | Bank | Review,
}

internal static class RoleNames
{
    /// <summary>Parses <c>worker,bank,review</c>.</summary>
    public static Role Parse(string text)
    {
        var roles = Role.None;
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            roles |= name switch
            {
                "worker" => Role.Worker,
                "bank" => Role.Bank,
                "review" => Role.Review,
                _ => throw new FormatException($"unknown role '{name}': worker, bank and review exist"),
            };
        }

        return roles == Role.None ? throw new FormatException("no role is named") : roles;
    }
}
