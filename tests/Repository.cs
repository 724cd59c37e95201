namespace Vigil;

/// <summary>Compiled into every test project: where the checkout lies, and what may lie beside it.</summary>
internal static class Repository
{
    /// <summary>The folder with Pipeline.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path in the shared folder beside the checkout, whether it is there or not.</summary>
    public static string Shared(string path) => Path.GetFullPath(Path.Combine(Root, "..", "shared", path));

    /// <summary>A file of the shared folder; skips the test where there is none.</summary>
    public static string SharedFile(string path)
    {
        var file = Shared(path);
        Assert.SkipUnless(File.Exists(file), $"../shared/{path} is not there");
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

        throw new InvalidOperationException("These tests do not run below a checkout: no folder above them holds Pipeline.sln.");
    }
}
