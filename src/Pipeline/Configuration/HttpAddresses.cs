using System.Net;
using System.Net.Sockets;

namespace Vigil.Pipeline.Configuration;

/// <summary>Whether the HTTP addresses can be taken, asked before anything starts: a process that cannot serve must not join, or fence, the one that does.</summary>
internal static class HttpAddresses
{
    /// <exception cref="CommandFailedException">One is taken, or is not this machine's.</exception>
    public static void CheckFree(HttpOptions options)
    {
        foreach (var address in options.Addresses)
        {
            var parsed = BindingAddress.Parse(address);
            if (parsed.IsUnixPipe || parsed.Port == 0)
            {
                continue;
            }

            try
            {
                using var listener = new TcpListener(Of(parsed.Host), parsed.Port);
                listener.Start();
            }
            catch (SocketException fault)
            {
                throw NotFree(address, fault);
            }
        }
    }

    public static CommandFailedException NotFree(string addresses, Exception fault) => new(
        $"HTTP cannot be served on {addresses}: {fault.Message.TrimEnd('.')}. Another process may serve there: name another address by Vigil:Http:Urls, such as --set Http:Urls=http://127.0.0.1:8081.", fault);

    private static IPAddress Of(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address) ? address
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.Any;
}
