using System.IO.Hashing;
using System.Text;

namespace Vigil.Pipeline.Training;

/// <summary>Draws and shuffles that depend on ids alone, so that a run can be repeated anywhere.</summary>
internal static class StableHash
{
    public static ulong Of(string id, int purpose) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(id), purpose);

    /// <summary>A number in [0, 1).</summary>
    public static double Unit(string id, int purpose) => (Of(id, purpose) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The same order for the same seed and count.</summary>
    public static int[] Permutation(int count, ulong seed)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        var state = seed;
        for (var i = count - 1; i > 0; i--)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            var other = (int)Math.BigMul(state ^ (state >> 32), (ulong)(i + 1), out _);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }
}
