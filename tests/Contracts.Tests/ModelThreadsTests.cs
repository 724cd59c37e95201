namespace Vigil.Contracts.Tests;

public sealed class ModelThreadsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 50)]
    [InlineData(4, 1)]
    [InlineData(4, 500)]
    public void Run_AnyCount_CallsEachIndexOnce(int threads, int count)
    {
        using var team = new ModelThreads("test", threads);
        var calls = new int[count];

        team.Run(count, index => Interlocked.Increment(ref calls[index]), Cancellation);

        Assert.All(calls, times => Assert.Equal(1, times));
    }

    // Pitfall 45: threads of our own. That they wait without spinning is IdleWorkerTests' to see.
    [Fact]
    public void Run_SeveralThreads_WorkAtTheSameTime()
    {
        using var team = new ModelThreads("test", 3);
        using var together = new Barrier(3);

        // Each call waits for the two others: one thread alone would never end.
        team.Run(3, _ => Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(30), Cancellation)), Cancellation);
    }

    [Fact]
    public void Run_OneFaults_RethrowsItAndStaysUsable()
    {
        using var team = new ModelThreads("test", 3);

        Assert.Throws<FormatException>(() => team.Run(100, index => throw new FormatException($"{index}"), Cancellation));

        var calls = 0;
        team.Run(10, _ => Interlocked.Increment(ref calls), Cancellation);
        Assert.Equal(10, calls);
    }
}
