using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CsCheck;
using Vigil.Rank.Model;

namespace Vigil.Rank.Tests.Model;

public sealed class RankModelTests : IDisposable
{
    private readonly RankerFixture _fixture = new();

    [Fact]
    public void Load_Shipped_FitsTheSchemaOfThisVersion()
    {
        var model = RankModel.Load(Path.Combine(Repository.Root, "models", "ranker"));

        Assert.Equal(512, model.Manifest.Dimension);
        Assert.Equal(7, model.Manifest.Policies.Count);
        Assert.True(new DirectoryInfo(Path.Combine(Repository.Root, "models", "ranker")).GetFiles().Sum(file => file.Length) <= 20_000_000);
    }

    [Fact]
    public void Load_Shipped_WasTrainedOnPermissiveSourcesOnly()
    {
        var model = RankModel.Load(Path.Combine(Repository.Root, "models", "ranker"));

        Assert.NotEmpty(model.Manifest.Sources);
        Assert.Empty(model.Manifest.Sources.Select(source => source.Source).Intersect(["cad2021", "khate2020", "toldbr2020", "wiki_toxic", "youtube_spam"]));
    }

    [Theory]
    [InlineData(RankModel.HeadsFile)]
    [InlineData(RankModel.CalibrationFile)]
    public void Load_FileChangedOrGone_NamesIt(string name)
    {
        var path = Path.Combine(_fixture.Folder, name);
        var bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(name, Assert.Throws<RankModelException>(() => RankModel.Load(_fixture.Folder)).Message, StringComparison.Ordinal);

        File.Delete(path);
        Assert.Contains(name, Assert.Throws<RankModelException>(() => RankModel.Load(_fixture.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManifestOfOtherFeatures_SaysToTrainAgain()
    {
        var path = Path.Combine(_fixture.Folder, RankManifest.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"schema\": \"", "\"schema\": \"0", StringComparison.Ordinal));

        Assert.Contains("vigil rank train", Assert.Throws<RankModelException>(() => RankModel.Load(_fixture.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadFor_AnotherEncoder_IsRefused()
    {
        Assert.Equal("test", RankModel.LoadFor("test", _fixture.Folder).Manifest.Embedder);

        Assert.Throws<RankModelException>(() => RankModel.LoadFor("another", _fixture.Folder));
    }

    public static TheoryData<string, Action<JsonNode>> Hostile => new()
    {
        { "a dimension of two thousand million", manifest => manifest["dimension"] = int.MaxValue },
        { "a dimension beyond every number", manifest => manifest["dimension"] = JsonNode.Parse("99999999999999999999") },
        { "a dimension below zero", manifest => manifest["dimension"] = -4 },
        { "no policies", manifest => manifest["policies"] = null },
        { "a policy that is nothing", manifest => manifest["policies"]![0] = null },
        { "weights that are nothing", manifest => manifest["linear"] = new JsonArray([null]) },
        { "no files", manifest => manifest["files"] = null },
        { "no kind", manifest => manifest.AsObject().Remove("kind") },
        { "a value nested 10,000 deep", manifest => manifest["bank"] = "DEEP" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Load_HostileManifest_IsRefusedBeforeRoomIsMadeForIt(string what, Action<JsonNode> change)
    {
        var path = Path.Combine(_fixture.Folder, RankManifest.FileName);
        var manifest = JsonNode.Parse(File.ReadAllBytes(path))!;
        change(manifest);
        File.WriteAllText(path, manifest.ToJsonString().Replace("\"DEEP\"", string.Concat(Enumerable.Repeat("[", 10_000)), StringComparison.Ordinal));

        var fault = HostileBytes.Within(MostOfALoad, () => Assert.Throws<RankModelException>(() => RankModel.Load(_fixture.Folder)));

        Assert.True(fault.Message.StartsWith(_fixture.Folder, StringComparison.Ordinal), $"{what}: {fault.Message}");
    }

    [Theory]
    [InlineData("[null,null,null]")]
    [InlineData("[{\"raw\":[0,1],\"calibrated\":null}]")]
    [InlineData("[{\"raw\":[0],\"calibrated\":[0]}]")]
    [InlineData("[{\"raw\":[0,1e999],\"calibrated\":[0,1]}]")]
    [InlineData("{}")]
    [InlineData("null")]
    public void Load_HostileCalibration_IsRefused(string calibration)
    {
        var path = Path.Combine(_fixture.Folder, RankManifest.FileName);
        var bytes = System.Text.Encoding.UTF8.GetBytes(calibration);
        File.WriteAllBytes(Path.Combine(_fixture.Folder, RankModel.CalibrationFile), bytes);
        var manifest = JsonNode.Parse(File.ReadAllBytes(path))!;
        manifest["files"]![RankModel.CalibrationFile] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllText(path, manifest.ToJsonString());

        Assert.Throws<RankModelException>(() => RankModel.Load(_fixture.Folder));
    }

    [Fact]
    public void Load_AnyChangeOfItsManifest_IsAModelOrNamesItsFault()
    {
        var path = Path.Combine(_fixture.Folder, RankManifest.FileName);
        HostileBytes.Near(File.ReadAllBytes(path)).Sample(
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                HostileBytes.Within(MostOfALoad, () =>
                {
                    try
                    {
                        return RankModel.Load(_fixture.Folder).Hash;
                    }
                    catch (RankModelException fault)
                    {
                        return fault.Message;
                    }
                });
            },
            iter: 60,
            threads: 1);
    }

    /// <summary>The tables of the fixture, as a file and as numbers.</summary>
    private const long MostOfALoad = 96L << 20;

    [Fact]
    public void Load_NoManifest_IsAnError() => Assert.Throws<RankModelException>(() => RankModel.Load(Path.Combine(_fixture.Folder, "absent")));

    public void Dispose() => _fixture.Dispose();
}
