using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank.Tests.Model;

public sealed class HeadTablesTests
{
    [Fact]
    public void Score_TwoOutputs_EqualsTheSumsByHand()
    {
        var tables = new HeadTables(2, 3);
        tables.Bias.AsSpan().Fill(0.5f);
        tables.Wording[(7 * tables.Stride) + 0] = 2; // wording of output 0
        tables.Wording[(9 * tables.Stride) + 3] = 4; // joint of output 1
        tables.Meaning[(1 * tables.Stride) + 1] = 3; // meaning of output 1
        tables.Meaning[(2 * tables.Stride) + 2] = 5; // joint of output 0
        var heads = new float[6];

        tables.Score([7, 9, 11, 13], [0, 10, 1], heads);

        // Four buckets: each counts a half.
        Assert.Equal([1.5f, 0.5f, 0.5f, 30.5f, 5.5f, 2.5f], heads);
    }

    [Fact]
    public void Score_NoText_IsTheBias()
    {
        var tables = new HeadTables(8, 4);
        tables.Bias[3] = -2;
        var heads = new float[24];

        tables.Score([], [0, 0, 0, 0], heads);

        Assert.Equal(-2, heads[3]);
        Assert.Equal(0, heads[4]);
    }

    [Fact]
    public void Carry_OddDimension_EqualsTheSumsByHand()
    {
        var tables = new HeadTables(3, 3);
        tables.CarriedBias[1] = 0.5f;
        tables.Carried[(0 * tables.CarriedStride) + 1] = 2;
        tables.Carried[(1 * tables.CarriedStride) + 0] = 3;
        tables.Carried[(2 * tables.CarriedStride) + 1] = 4;
        var policies = new float[2];

        tables.Carry([1, 10, 100], policies);

        Assert.Equal([30, 402.5f], policies);
    }

    [Fact]
    public void Read_Written_IsTheSameUpToSixteenBits()
    {
        var tables = new HeadTables(2, 3);
        tables.Wording[5] = 0.1234567f;
        tables.Wording[^1] = -3;
        tables.Meaning[4] = 0.1234567f;
        tables.Bias[2] = 7;
        tables.Carried[2 * tables.CarriedStride] = 11;
        tables.CarriedBias[0] = 13;
        using var stream = new MemoryStream();
        tables.Write(stream);

        var read = HeadTables.Read(stream.ToArray(), 2, 3);

        Assert.Equal(0.1234567f, read.Wording[5], 1e-4f);
        Assert.Equal((-3f, 0.1234567f, 7f), (read.Wording[^1], read.Meaning[4], read.Bias[2]));
        Assert.Equal((11f, 13f), (read.Carried[2 * read.CarriedStride], read.CarriedBias[0]));
        Assert.Throws<InvalidDataException>(() => HeadTables.Read(stream.ToArray().AsSpan(1), 2, 3));
        Assert.Equal(NgramHasher.BucketCount * 16, read.Wording.Length);
    }
}
