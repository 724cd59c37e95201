using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Vigil.Recall.Tests;

public sealed class IndexBackendTests
{
    [Fact]
    public void Choose_LibraryLoads_IsFaiss() => Assert.Equal("faiss", IndexBackend.Choose(null, required: false, NullLogger.Instance).Name);

    [Fact]
    public void Choose_LibraryMissing_IsManagedWithOneWarning()
    {
        var log = new Warnings();
        Assert.Equal("managed", IndexBackend.Choose("not built", required: false, log).Name);
        Assert.Contains("not built", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_LibraryMissingAndRequired_IsAnError()
    {
        var fault = Assert.Throws<DllNotFoundException>(() => IndexBackend.Choose("not built", required: true, NullLogger.Instance));
        Assert.Contains("not built", fault.Message, StringComparison.Ordinal);
    }

    private sealed class Warnings : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Warning, logLevel);
            Lines.Add(formatter(state, exception));
        }
    }
}
