namespace Vigil.Pipeline.Demo.Services;

/// <summary>A private folder that is gone when this is disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vigil-demo-").FullName;

    /// <summary>A folder below, created.</summary>
    public string Below(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
