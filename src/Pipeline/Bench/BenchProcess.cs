using System.Globalization;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Bench;

/// <summary>A role that is measured: `vigil run --roles …` of this very build, as a process of its own so that its CPU and memory are its own.</summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly ChildProcess _child;
    private readonly HttpClient _http;

    private BenchProcess(ChildProcess child, HttpClient http, TimeSpan startTime)
    {
        _child = child;
        _http = http;
        StartSeconds = startTime.TotalSeconds;
    }

    public int Id => _child.Id;

    /// <summary>From its start to its first answer that it is ready.</summary>
    public double StartSeconds { get; }

    public double CpuSeconds => ProcessCpu.Seconds(Id);

    public double ResidentMegabytes => ProcessMemory.ResidentMegabytes(Id);

    /// <param name="settings">KEY=VALUE, over those that name broker and topics.</param>
    /// <param name="environment">Over ours.</param>
    public static async Task<BenchProcess> StartAsync(
        string role, string bootstrap, string prefix, IEnumerable<string> settings, IReadOnlyDictionary<string, string> environment, TimeProvider time, CancellationToken cancellation)
    {
        var url = $"http://127.0.0.1:{LoopbackPort.Free()}";
        string[] all = [$"Kafka:Bootstrap={bootstrap}", $"Kafka:Prefix={prefix}", $"Http:Urls={url}", .. settings];
        var http = new HttpClient { BaseAddress = new Uri(url) };
        var start = time.GetTimestamp();
        var child = await ChildProcess.StartAsync(
            $"vigil run --roles {role}",
            Path.Combine(AppContext.BaseDirectory, "vigil"),
            ["run", "--roles", role, .. all.SelectMany(setting => new[] { "--set", setting })],
            environment: environment);
        try
        {
            await child.WaitUntilReadyAsync(ReadyAsync(http, time, cancellation), StartTime, cancellation);
            return new(child, http, time.GetElapsedTime(start));
        }
        catch
        {
            http.Dispose();
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>A metric's value, summed over its series; null where there is no such metric, as with telemetry off.</summary>
    public async Task<double?> MetricAsync(string name, CancellationToken cancellation)
    {
        using var reply = await _http.GetAsync(new Uri("/metrics", UriKind.Relative), cancellation);
        return reply.IsSuccessStatusCode ? Sum(await reply.Content.ReadAsStringAsync(cancellation), name) : null;
    }

    /// <summary>Where the process was started with <see cref="SwitchedTelemetry.Variable"/>.</summary>
    public async Task SwitchTelemetryAsync(bool on, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(on ? HttpMethod.Put : HttpMethod.Delete, SwitchedTelemetry.Path);
        using var reply = await _http.SendAsync(request, cancellation);
        reply.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _child.DisposeAsync();
    }

    /// <summary>Of Prometheus text: the sum over the lines of one metric.</summary>
    internal static double? Sum(string text, string name)
    {
        double? sum = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            {
                // name{labels} value [time]
                var value = line[(line.LastIndexOf('}') is var brace and >= 0 ? brace + 1 : name.Length)..].Trim().Split(' ')[0];
                sum = (sum ?? 0) + double.Parse(value, CultureInfo.InvariantCulture);
            }
        }

        return sum;
    }

    private static async Task ReadyAsync(HttpClient http, TimeProvider time, CancellationToken cancellation)
    {
        while (!await IsReadyAsync(http, cancellation))
        {
            await Task.Delay(Look, time, cancellation);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var reply = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellation);
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
