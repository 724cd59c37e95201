using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Vigil.Review.Support;

/// <summary>Keeps what an instance logs.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];

    /// <summary>Lines that say this, in order.</summary>
    public IReadOnlyList<string> Of(params string[] words) => [.. _lines.Where(line => words.Any(word => line.Contains(word, StringComparison.Ordinal)))];

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
