using System.Globalization;
using CsCheck;

namespace Vigil;

/// <summary>Compiled into every test project: bytes that nobody sound would send, and what reading them may cost.</summary>
internal static class HostileBytes
{
    private const int LongestPiece = 40;

    private const double MostSeconds = 2;

    private static readonly Gen<byte> Value = Gen.OneOf(Gen.Byte, Gen.OneOf<byte>(0, 1, 0x7f, 0x80, 0xff, (byte)'"', (byte)'\\', (byte)'[', (byte)'{'));

    /// <summary>Anything at all, and sound bytes with a few changes.</summary>
    public static Gen<byte[]> Near(params byte[][] sound) => Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Select(Gen.Enum<Change>(), Gen.Int[0, 100_000], Gen.Int[1, LongestPiece], Value).Array[1, 6])
            .Select(picked => Changed(sound[picked.Item1], picked.Item2)));

    /// <summary>What reading gives, within two seconds of CPU and so many bytes: a length that is claimed must not be allocated before it is there.</summary>
    public static T Within<T>(long mostAllocated, Func<T> read)
    {
        var since = CpuSeconds();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = read();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= mostAllocated, $"{allocated} bytes were allocated, {mostAllocated} are enough");
        Assert.True(CpuSeconds() - since < MostSeconds, $"took more than {MostSeconds} s");
        return result;
    }

    /// <summary>Of this thread, so that a busy machine makes nothing late: fields 14 and 15 of its stat, in hundredths.</summary>
    private static double CpuSeconds()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static byte[] Changed(byte[] sound, (Change Kind, int At, int Length, byte Value)[] changes)
    {
        var bytes = sound.ToList();
        foreach (var (kind, place, wanted, value) in changes)
        {
            var at = bytes.Count == 0 ? 0 : place % bytes.Count;
            var length = Math.Min(wanted, bytes.Count - at);
            switch (kind)
            {
                case Change.Set when length > 0:
                    bytes[at] = value;
                    break;
                case Change.Flip when length > 0:
                    bytes[at] ^= (byte)(1 << (wanted % 8));
                    break;
                case Change.Insert:
                    bytes.InsertRange(at, Enumerable.Repeat(value, wanted));
                    break;
                case Change.Remove:
                    bytes.RemoveRange(at, length);
                    break;
                case Change.Repeat:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case Change.Cut:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case Change.Number:
                    // Lengths and counts, of whatever width: the largest, and the smallest.
                    for (var i = at; i < Math.Min(at + 4, bytes.Count); i++)
                    {
                        bytes[i] = i == at ? (byte)(value | 0x7f) : (byte)0xff;
                    }

                    break;
                default:
                    break;
            }
        }

        return [.. bytes];
    }

    private enum Change
    {
        Set,
        Flip,
        Insert,
        Remove,
        Repeat,
        Cut,
        Number,
    }
}
