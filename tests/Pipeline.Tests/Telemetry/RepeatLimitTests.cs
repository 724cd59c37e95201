using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Vigil.Pipeline.Telemetry;

namespace Vigil.Pipeline.Tests.Telemetry;

public sealed class RepeatLimitTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Written _written = new();
    private readonly RepeatLimit _limit;
    private readonly ILogger _log;

    public RepeatLimitTests()
    {
        _limit = new(_written, _time);
        _log = _limit.CreateLogger("clients");
    }

    public void Dispose() => _limit.Dispose();

    [Fact]
    public void Log_ManyThatDifferInNumbersOnly_AFewPassAndTheRestIsCounted()
    {
        for (var i = 0; i < 20; i++)
        {
            Say(_log, $"connection refused after {i} ms");
        }

        _time.Advance(RepeatLimit.While);
        Say(_log, "connection refused after 99 ms");

        Assert.Equal(RepeatLimit.Allowed + 1, _written.Lines.Count);
        Assert.Equal("connection refused after 99 ms (15 more like this were left out)", _written.Lines[^1]);
    }

    [Fact]
    public void Log_AnotherKindMeanwhile_Passes()
    {
        for (var i = 0; i < 20; i++)
        {
            Say(_log, "connection refused");
        }

        Say(_log, "the role has ended");
        Say(_limit.CreateLogger("elsewhere"), "connection refused");

        Assert.Equal(["the role has ended", "connection refused"], _written.Lines.Skip(RepeatLimit.Allowed));
    }

    private static void Say(ILogger log, string text) => log.Log(LogLevel.Warning, default, text, null, static (state, _) => state);

    private sealed class Written : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
