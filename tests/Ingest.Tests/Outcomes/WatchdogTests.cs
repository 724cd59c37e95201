using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Vigil.Ingest.Tests.Outcomes;

/// <summary>Pitfall 39: a native call that ignores its own time-out ends the process, which starts anew.</summary>
public sealed class WatchdogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _ended = [];

    [Fact]
    public void Guard_CallThatDoesNotReturn_EndsTheProcess()
    {
        Watchdog().Guard("CommitTransaction", () => _time.Advance(TimeSpan.FromSeconds(11)));

        Assert.Contains("CommitTransaction", Assert.Single(_ended), StringComparison.Ordinal);
    }

    [Fact]
    public void Guard_CallThatReturnsInTime_IsLeftAlone()
    {
        Watchdog().Guard("CommitTransaction", () => _time.Advance(TimeSpan.FromSeconds(9)));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(_ended);
    }

    private Watchdog Watchdog() => new(TimeSpan.FromSeconds(10), _time, _ended.Add, NullLogger<Watchdog>.Instance);
}
