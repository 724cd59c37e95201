namespace Vigil.Broker.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vigil-broker-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
