namespace Vigil.Broker.Protocol;

/// <summary>A frame that does not follow the protocol. Its connection is closed; nothing else is affected.</summary>
internal sealed class MalformedFrameException(string message) : Exception(message);
