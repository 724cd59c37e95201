namespace Vigil.Pipeline.Demo.Services;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task DisposeAsync_RunningChild_EndsIt()
    {
        var child = await ChildProcess.StartAsync("sleeper", "/bin/sleep", ["600"]);
        var id = child.Id;
        Assert.True(Directory.Exists($"/proc/{id}"));

        await child.DisposeAsync();

        Assert.True(child.Exited.IsCompletedSuccessfully);
        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task DisposeAsync_ChildThatIgnoresTheSignal_IsKilled()
    {
        var ready = new TaskCompletionSource();
        var child = await ChildProcess.StartAsync("stubborn", "/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 600; done"], _ => ready.TrySetResult());
        await child.WaitUntilReadyAsync(ready.Task, Patience, TestContext.Current.CancellationToken);

        await child.DisposeAsync();

        Assert.True(child.Exited.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task WaitUntilReadyAsync_ChildThatEndsFirst_FailsWithItsLastLines()
    {
        await using var child = await ChildProcess.StartAsync("failing", "/bin/sh", ["-c", "echo the port is taken >&2; exit 7"]);

        var fault = await Assert.ThrowsAsync<CommandFailedException>(
            () => child.WaitUntilReadyAsync(Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken), Patience, TestContext.Current.CancellationToken));

        Assert.Contains("code 7", fault.Message, StringComparison.Ordinal);
        Assert.Contains("the port is taken", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_NoSuchProgram_SaysSo()
    {
        await using var child = await ChildProcess.StartAsync("redis-server", "/no/such/program", []);

        // With a wrapper before it the program is found missing a moment later, as an early end.
        Assert.NotEqual(0, await child.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task RedisChild_StartAsync_AnswersAndLeavesNothing()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "redis-server is not installed");
        var folder = new TemporaryFolder();
        var (child, url) = await RedisChild.StartAsync(folder.Below("redis"), TestContext.Current.CancellationToken);

        Assert.StartsWith("redis://127.0.0.1:", url, StringComparison.Ordinal);
        await child.DisposeAsync();
        folder.Dispose();
        Assert.False(Directory.Exists(folder.Path));
    }
}
