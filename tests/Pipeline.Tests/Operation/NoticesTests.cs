using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Operation.Notices;

namespace Vigil.Pipeline.Tests.Operation;

public sealed class NoticesTests
{
    [Fact]
    public async Task Generate_OfThisRepository_EqualsTheCommittedFile()
    {
        var file = new NoticesFile(Repository.Root, PackageFolder.OfMachine());

        var committed = (await File.ReadAllTextAsync(file.Location, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");

        Assert.Equal(committed, file.Generate());
        Assert.Contains("| librdkafka.redist |", committed, StringComparison.Ordinal);
        Assert.DoesNotContain("see its own text", committed, StringComparison.Ordinal);
        Assert.DoesNotContain("://", committed, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_OfAPackageThatIsNowhere_NamesIt()
    {
        using var folder = new TemporaryFolder();
        var repository = Directory.CreateDirectory(folder.Below("repository")).FullName;
        var project = Directory.CreateDirectory(Path.Combine(repository, "src", "Pipeline")).FullName;
        const string locked = """{"dependencies":{"net10.0":{"Some.Package":{"type":"Direct","resolved":"1.2.3"},"ours":{"type":"Project"}}}}""";
        File.WriteAllText(Path.Combine(project, "packages.lock.json"), locked);
        File.WriteAllText(Path.Combine(project, "packages.cuda.lock.json"), locked);
        var packages = folder.Below("packages");
        var file = new NoticesFile(repository, new(packages));

        Assert.Contains("Some.Package 1.2.3", Assert.Throws<CommandFailedException>(file.Generate).Message, StringComparison.Ordinal);

        var unpacked = Directory.CreateDirectory(Path.Combine(packages, "some.package", "1.2.3")).FullName;
        File.WriteAllText(Path.Combine(unpacked, "some.package.nuspec"), "<package><metadata><id>Some.Package</id><license type=\"file\">LICENSE</license><authors>Ann</authors></metadata></package>");
        File.WriteAllText(Path.Combine(unpacked, "LICENSE"), "Copyright (c) 2020 Ann\n\nRedistribution and use in source\nand binary forms, with or without modification");
        Assert.Contains("| Some.Package | 1.2.3 | BSD-2-Clause | Copyright (c) 2020 Ann |\n", file.Generate(), StringComparison.Ordinal);
        Assert.Equal(1, file.CopyTexts(folder.Below("licenses")));
    }
}
