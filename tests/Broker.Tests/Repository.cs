namespace Vigil.Broker.Tests;

internal static class Repository
{
    /// <summary>A path in the folder that may lie beside the checkout.</summary>
    public static string Shared(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", path));
            }
        }

        throw new DirectoryNotFoundException("These tests do not run below a checkout.");
    }
}

/// <summary>What only some machines have: where it decides what lands, its lack is a failure; elsewhere a skip that says why.</summary>
internal static class Requirement
{
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }
}
