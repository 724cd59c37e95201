namespace Vigil.Broker.Protocol.Messages;

/// <summary>An unknown version is answered in version 0's form, so that the client can step down.</summary>
internal sealed record ApiVersionsReply(ErrorCode Error) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.Error(Error);
        writer.Array(SupportedApi.All, (w, api) =>
        {
            w.Int16((short)api.Key);
            w.Int16(api.Min);
            w.Int16(api.Max);
            w.NoTags();
        });
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.NoTags();
    }
}
