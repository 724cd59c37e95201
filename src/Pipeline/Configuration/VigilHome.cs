namespace Vigil.Pipeline.Configuration;

/// <summary>The folder that holds <c>models/</c> and <c>policies/</c>: VIGIL_HOME, else the nearest one above the program.</summary>
internal static class VigilHome
{
    public static string Path { get; } = Find();

    public static string Models => System.IO.Path.Combine(Path, "models");

    public static string Policies => System.IO.Path.Combine(Path, "policies");

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("VIGIL_HOME") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(System.IO.Path.Combine(folder.FullName, "models")) && Directory.Exists(System.IO.Path.Combine(folder.FullName, "policies")))
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
