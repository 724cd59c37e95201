using System.Security.Cryptography;

namespace Vigil.Contracts.Tests;

public sealed class Sha256DigestTests
{
    [Fact]
    public void Of_SomeData_IsItsSha256()
    {
        byte[] data = [1, 2, 3];

        var digest = Sha256Digest.Of(data);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data)), digest.ToString());
        Assert.False(digest.IsNone);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Read_AnotherLength_IsNone(int length)
    {
        var digest = Sha256Digest.Read(Enumerable.Repeat((byte)7, length).ToArray());

        Assert.True(digest.IsNone);
        Assert.Equal("", digest.ToString());
        Assert.Equal(0, digest.Write(new byte[Sha256Digest.Size]));
    }

    [Fact]
    public void Write_WhatWasRead_IsTheSameBytes()
    {
        byte[] bytes = [.. Enumerable.Range(0, Sha256Digest.Size).Select(i => (byte)i)];
        var written = new byte[Sha256Digest.Size];

        Assert.Equal(Sha256Digest.Size, Sha256Digest.Read(bytes).Write(written));
        Assert.Equal(bytes, written);
    }
}
