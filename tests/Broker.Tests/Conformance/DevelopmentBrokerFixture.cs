namespace Vigil.Broker.Tests.Conformance;

public sealed class DevelopmentBrokerFixture : IBrokerUnderTest, IAsyncDisposable
{
    private readonly Lazy<DevelopmentBroker> _broker = new(() => DevelopmentBroker.Start(new BrokerOptions { RetentionInterval = TimeSpan.FromMilliseconds(200) }));

    public Task<string> BootstrapAsync() => Task.FromResult(_broker.Value.Bootstrap);

    public Task<string> StartAgainAsync() => throw new NotSupportedException("Shared by tests that run beside each other.");

    public ValueTask DisposeAsync() => _broker.IsValueCreated ? _broker.Value.DisposeAsync() : ValueTask.CompletedTask;
}

/// <summary>A broker of its own for tests that start it again.</summary>
public sealed class RestartedDevelopmentBroker : IBrokerUnderTest, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private DevelopmentBroker? _broker;

    public Task<string> BootstrapAsync()
    {
        _broker ??= DevelopmentBroker.Start(new BrokerOptions { DataDirectory = _folder.Path });
        return Task.FromResult(_broker.Bootstrap);
    }

    public async Task<string> StartAgainAsync()
    {
        await StopAsync();
        return await BootstrapAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task StopAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
            _broker = null;
        }
    }
}
