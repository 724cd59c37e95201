namespace Vigil.Pipeline.Configuration;

/// <summary>A service that was named does not answer; never a reason to fall back to another.</summary>
internal sealed class ServiceUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
