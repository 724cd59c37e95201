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

    [Fact]
    public void Load_NoManifest_IsAnError() => Assert.Throws<RankModelException>(() => RankModel.Load(Path.Combine(_fixture.Folder, "absent")));

    public void Dispose() => _fixture.Dispose();
}
