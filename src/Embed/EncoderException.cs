namespace Vigil.Embed;

/// <summary>An encoder cannot be used; the message says what is wrong and with which file or provider.</summary>
public sealed class EncoderException(string message, Exception? inner = null) : Exception(message, inner);
