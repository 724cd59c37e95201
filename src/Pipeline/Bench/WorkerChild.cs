using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Bench;

/// <summary>The worker that is measured: `vigil run --roles worker` of this very build, as a process of its own so that its CPU time is its own.</summary>
internal static class WorkerChild
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static async Task<ChildProcess> StartAsync(string bootstrap, CancellationToken cancellation)
    {
        var url = $"http://127.0.0.1:{LoopbackPort.Free()}";
        var worker = await ChildProcess.StartAsync(
            "vigil run",
            Path.Combine(AppContext.BaseDirectory, "vigil"),
            ["run", "--roles", "worker", "--set", $"Kafka:Bootstrap={bootstrap}", "--set", $"Http:Urls={url}"]);
        try
        {
            await worker.WaitUntilReadyAsync(ReadyAsync(new Uri($"{url}/health/ready"), cancellation), StartTime, cancellation);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    private static async Task ReadyAsync(Uri health, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        while (!await IsReadyAsync(client, health, cancellation))
        {
            await Task.Delay(Look, cancellation);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri health, CancellationToken cancellation)
    {
        try
        {
            using var reply = await client.GetAsync(health, cancellation);
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
