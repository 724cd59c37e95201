namespace Vigil.Embed.Tests;

/// <summary>Where the repository lies, and what may lie beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Encoder => Path.Combine(Root, "models", "use-multilingual-v3-512");

    /// <summary>A file of the shared folder beside the repository; skips the test where there is none.</summary>
    public static string Shared(params string[] path)
    {
        var file = Path.Combine([Root, "..", "shared", .. path]);
        Assert.SkipUnless(File.Exists(file), $"../shared/{string.Join('/', path)} is not there");
        return file;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Pipeline.sln is not above the test's folder.");
    }
}
