using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Vigil.Pipeline.Telemetry;

/// <summary>
/// Lets a few messages of one kind through in a while and counts the rest: clients of a broker that is gone say so many times a
/// second. Messages are of one kind when they differ in numbers only.
/// </summary>
[ProviderAlias("Console")]
internal sealed partial class RepeatLimit(ILoggerProvider inner, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    public const int Allowed = 5;

    private const int MostKinds = 1_000;

    public static readonly TimeSpan While = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Window> _kinds = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => new Limited(this, inner.CreateLogger(categoryName), categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose() => inner.Dispose();

    /// <returns>Null: not now. Else how many of this kind were left out before.</returns>
    private int? Pass(string category, string message)
    {
        if (_kinds.Count > MostKinds)
        {
            _kinds.Clear();
        }

        return _kinds.GetOrAdd($"{category} {Numbers().Replace(message, "#")}", _ => new Window()).Pass(time);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();

    private sealed class Window
    {
        private readonly Lock _lock = new();
        private long _began;
        private int _passed;
        private int _left;

        public int? Pass(TimeProvider time)
        {
            lock (_lock)
            {
                if (_passed == 0 || time.GetElapsedTime(_began) >= While)
                {
                    (_began, _passed) = (time.GetTimestamp(), 0);
                }

                if (_passed >= Allowed)
                {
                    _left++;
                    return null;
                }

                _passed++;
                var left = _left;
                _left = 0;
                return left;
            }
        }
    }

    private sealed class Limited(RepeatLimit limit, ILogger inner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (limit.Pass(category, formatter(state, exception)) is not { } left)
            {
                return;
            }

            inner.Log(logLevel, eventId, state, exception, left == 0 ? formatter : (one, fault) => $"{formatter(one, fault)} ({left} more like this were left out)");
        }
    }
}
