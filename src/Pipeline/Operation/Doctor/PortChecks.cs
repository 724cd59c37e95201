using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>Whether the addresses of API, metrics and health can be had, or are served by a running Vigil.</summary>
internal static class PortChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Finding>> AllAsync(IServiceProvider services, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        foreach (var address in services.GetRequiredService<IOptions<HttpOptions>>().Value.Addresses)
        {
            findings.Add(await OfAsync(address, cancellation));
        }

        return findings;
    }

    internal static async Task<Finding> OfAsync(string address, CancellationToken cancellation)
    {
        var area = $"HTTP {address}";
        // Wildcards as the server takes them are no host that a Uri knows.
        if (!Uri.TryCreate(address.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url))
        {
            return new(area, Health.Wrong, "is no address", "write http://host:port in Vigil:Http:Urls");
        }

        var host = IPAddress.TryParse(url.Host.Trim('[', ']'), out var named) ? named : url.IsLoopback ? IPAddress.Loopback : IPAddress.Any;
        try
        {
            using var listener = new TcpListener(host, url.Port);
            listener.Start();
            return new(area, Health.Ok, url.Port == 0 ? "any free port" : "free");
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return await IsVigilAsync(url, cancellation)
                ? new(area, Health.Ok, "a running Vigil serves it")
                : new(area, Health.Wrong, "another program listens there", "choose another in Vigil:Http:Urls, or end that program");
        }
        catch (SocketException fault)
        {
            return new(area, Health.Wrong, $"cannot be listened on: {fault.SocketErrorCode}", "ports below 1024 need rights; the host must be one of this machine");
        }
    }

    private static async Task<bool> IsVigilAsync(Uri url, CancellationToken cancellation)
    {
        var host = url.Host == "0.0.0.0" ? "127.0.0.1" : url.Host;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            var metrics = await client.GetStringAsync(new UriBuilder(url.Scheme, host, url.Port, "/metrics").Uri, cancellation);
            return metrics.Contains("vigil_", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
