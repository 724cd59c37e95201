using Vigil.Contracts.Wire;

namespace Vigil.Contracts.Tests.Wire;

public sealed class DescriptorLoadingTests
{
    [Fact]
    public void Files_AfterTheAssemblyIsLoaded_AreAllSchemas()
    {
        var schemas = Directory.GetFiles(Path.Combine(Repository.Root, "schemas"), "*.proto").Select(Path.GetFileName);

        Assert.Equal(schemas.Order(StringComparer.Ordinal), DescriptorLoading.Files.Order(StringComparer.Ordinal));
    }
}
