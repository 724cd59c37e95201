namespace Vigil.Pipeline.Bench;

/// <summary>What only a bench may ask of a process, by an environment variable: refused on any topics but a bench's.</summary>
internal static class BenchOnly
{
    /// <param name="otherwise">What must not happen on other topics.</param>
    /// <returns>Whether it is asked for.</returns>
    /// <exception cref="CommandFailedException">It is, and these are not a bench's topics.</exception>
    public static bool IsAsked(string variable, string? value, string prefix, string otherwise)
    {
        if (string.IsNullOrEmpty(value))
        {
            return false;
        }

        return prefix.StartsWith(BenchLane.PrefixStart, StringComparison.Ordinal)
            ? true
            : throw new CommandFailedException($"{variable} is set, and topics below '{prefix}' are not a bench's: {otherwise}. Unset it.");
    }
}
