using System.Text.RegularExpressions;

namespace Vigil.Pipeline.Demo.Services;

/// <summary>The development broker as a child: `vigil broker` of this very build, on any free port.</summary>
internal static partial class BrokerChild
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    /// <returns>The child and its bootstrap address.</returns>
    public static async Task<(ChildProcess Child, string Bootstrap)> StartAsync(string folder, CancellationToken cancellation)
    {
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = await ChildProcess.StartAsync(
            "vigil broker",
            Path.Combine(AppContext.BaseDirectory, "vigil"),
            ["broker", "--port", "0", "--data", folder],
            line =>
            {
                if (Address().Match(line) is { Success: true } found)
                {
                    address.TrySetResult(found.Value);
                }
            });
        try
        {
            await child.WaitUntilReadyAsync(address.Task, StartTime, cancellation);
            return (child, await address.Task);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
