namespace Vigil.Pipeline.Samples;

/// <summary>
/// SplitMix64: the same draws from the same seed on every runtime, which <see cref="Random"/> does not promise.
/// Algorithm: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
/// </summary>
internal sealed class Draw(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream of its own for a part of the work, so that a change in one part leaves the others as they are.</summary>
    public static Draw For(int seed, string part)
    {
        var state = (ulong)seed;
        foreach (var character in part)
        {
            state = (state * 0x100000001B3) ^ character;
        }

        return new(new Draw(state).Next());
    }

    public ulong Next()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <returns>From <paramref name="from"/> to <paramref name="to"/>, both included.</returns>
    public int Between(int from, int to) => from + (int)(Next() % (ulong)(to - from + 1));

    /// <returns>From 0 up to, but not including, 1.</returns>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Share() < probability;

    public T Of<T>(IReadOnlyList<T> choices) => choices[Between(0, choices.Count - 1)];
}
