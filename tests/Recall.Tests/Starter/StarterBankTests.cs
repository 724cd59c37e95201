using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Vigil.Contracts;

namespace Vigil.Recall.Tests;

public sealed class StarterBankTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-starter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_WhatWasSaved_GivesTheSameEntries()
    {
        var saved = Bank(3);
        saved.Save(_folder);
        var loaded = StarterBank.Load(_folder);
        Assert.Equal(saved.Manifest.Hash, loaded.Manifest.Hash);
        Assert.Equal(saved.Manifest.Attribution, loaded.Manifest.Attribution);
        Assert.Equal(4, loaded.Manifest.Vectors);
        Assert.Equal(saved.ToIndexed(), loaded.ToIndexed());
    }

    [Fact]
    public void ToIndexed_EveryEntry_IsAcceptedByTheFollower()
    {
        var bank = Bank(3);
        using var snapshot = BankFollower.SnapshotOf(bank.ToIndexed(), "encoder-a", 16, IndexBackend.Managed, TimeProvider.System);
        Assert.Equal(3, snapshot.Summary.Live);
        Assert.Empty(snapshot.Summary.Refused);
    }

    [Fact]
    public void Hash_OtherEntries_IsAnother() => Assert.NotEqual(Bank(2).Manifest.Hash, Bank(3).Manifest.Hash);

    [Theory]
    [InlineData("vectors.bin")]
    [InlineData("entries.jsonl")]
    [InlineData("bank.json")]
    public void Load_FileCutShort_IsRefused(string file)
    {
        Bank(3).Save(_folder);
        var path = Path.Combine(_folder, file);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.Throws<InvalidDataException>(() => StarterBank.Load(_folder));
    }

    [Fact]
    public void Load_NoFolder_IsRefusedWithItsName()
    {
        var fault = Assert.Throws<InvalidDataException>(() => StarterBank.Load(Path.Combine(_folder, "none")));
        Assert.Contains("none", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"vectors\":2", "\"vectors\":2000000000")]
    [InlineData("\"vectors\":2", "\"vectors\":-1")]
    [InlineData("\"vectors\":2", "\"vectors\":99999999999")]
    [InlineData("\"hate\"", "null")]
    [InlineData("\"md5\":\"0", "\"md5\":\"x")]
    [InlineData("\"side\":\"violation\"", "\"side\":\"both\"")]
    [InlineData("\"id\":\"set/0\"", "\"id\":null")]
    public void Load_HostileEntry_IsRefusedBeforeRoomIsMadeForIt(string part, string instead)
    {
        Bank(3).Save(_folder);
        var path = Path.Combine(_folder, "entries.jsonl");
        var changed = File.ReadAllText(path).Replace(part, instead, StringComparison.Ordinal);
        File.WriteAllText(path, changed);
        Rename();

        HostileBytes.Within(1 << 20, () => Assert.Throws<InvalidDataException>(() => StarterBank.Load(_folder)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-4")]
    [InlineData("2147483647")]
    public void Load_HostileDimension_IsRefused(string dimension)
    {
        Bank(3).Save(_folder);
        var path = Path.Combine(_folder, "bank.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"dimension\": 16", $"\"dimension\": {dimension}", StringComparison.Ordinal));

        HostileBytes.Within(1 << 20, () => Assert.Throws<InvalidDataException>(() => StarterBank.Load(_folder)));
    }

    [Theory]
    [InlineData("bank.json")]
    [InlineData("entries.jsonl")]
    public void Load_AnyChangeOfAFile_IsABankOrRefused(string file)
    {
        Bank(3).Save(_folder);
        var path = Path.Combine(_folder, file);
        HostileBytes.Near(File.ReadAllBytes(path)).Sample(
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                if (file != "bank.json")
                {
                    Rename();
                }

                HostileBytes.Within(1 << 20, () =>
                {
                    try
                    {
                        return StarterBank.Load(_folder).ToIndexed().Count();
                    }
                    catch (InvalidDataException)
                    {
                        return 0;
                    }
                });
            },
            iter: 500,
            threads: 1);
    }

    /// <summary>Lets the manifest name the files that are there, as someone who changes them on purpose would.</summary>
    private void Rename()
    {
        var manifest = StarterBank.ReadManifest(_folder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{manifest.Embedder}\n"));
        hash.AppendData(SHA256.HashData(File.ReadAllBytes(Path.Combine(_folder, "entries.jsonl"))));
        hash.AppendData(SHA256.HashData(File.ReadAllBytes(Path.Combine(_folder, "vectors.bin"))));
        var path = Path.Combine(_folder, "bank.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(manifest.Hash, Convert.ToHexStringLower(hash.GetHashAndReset()), StringComparison.Ordinal));
    }

    private static StarterBank Bank(int count)
    {
        var random = new Random(1);
        StarterEntry[] entries = [.. Enumerable.Range(0, count).Select(i => new StarterEntry(
            $"set/{i}",
            i % 2 == 0 ? Side.Violation : Side.Benign,
            ["hate", "threat"],
            i,
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"mild {i}"))),
            $"{i:x32}",
            "invented",
            $"row-{i}",
            [.. Enumerable.Range(0, i == 0 ? 2 : 1).Select(_ => QuantisedVector.Of(Vectors.Random(random, 16)))]))];
        return StarterBank.Create("encoder-a", 16, entries, [new StarterAttribution("invented", "CC0-1.0", "", "us", count)]);
    }
}
