using Google.Protobuf;

namespace Vigil.Contracts.Wire;

/// <summary>Reading topics that others may write to as well.</summary>
public static class WireParsing
{
    /// <returns>Null for a null value and for bytes that are no such message: as good as not there.</returns>
    public static T? ParseOrNull<T>(this MessageParser<T> parser, byte[]? value)
        where T : class, IMessage<T>
    {
        try
        {
            return value is null ? null : parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
