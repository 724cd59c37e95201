using System.Diagnostics;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>The Apache Kafka laid beside the checkout, on a folder of its own.</summary>
public sealed class ApacheKafkaFixture : IBrokerUnderTest, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<string>> _bootstrap;
    private Process? _process;

    public ApacheKafkaFixture()
    {
        _bootstrap = new(StartAsync);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
    }

    public Task<string> BootstrapAsync() => _bootstrap.Value;

    public Task<string> StartAgainAsync() => _bootstrap.Value;

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }

        _folder.Dispose();
    }

    private async Task<string> StartAsync()
    {
        var script = Repository.Shared("kafka/run.sh");
        if (!File.Exists(script))
        {
            Requirement.Missing("Apache Kafka does not lie beside this checkout (../shared/kafka).");
        }

        _process = Process.Start(new ProcessStartInfo("bash", [script, "--data", _folder.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = _process.StandardError.ReadToEndAsync();
        var line = await _process.StandardOutput.ReadLineAsync();
        if (line?.Split(' ') is ["BOOTSTRAP", var address])
        {
            return address;
        }

        Requirement.Missing($"Apache Kafka did not start: {await errors}");
        return "";
    }

    private void Kill()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
        }
    }
}
