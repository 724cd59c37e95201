namespace Vigil.Broker.Protocol;

/// <summary>A reply that can be written in each version that <see cref="SupportedApi"/> names for it.</summary>
internal interface IReply
{
    void Write(WireWriter writer, short version);
}
