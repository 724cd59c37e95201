using System.Net;
using System.Net.Sockets;

namespace Vigil.Pipeline.Demo.Services;

internal static class LoopbackPort
{
    /// <summary>A port that is free now; it may be taken a moment later.</summary>
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
