namespace Vigil.Broker.Protocol;

/// <summary>What stands before every request.</summary>
internal readonly record struct RequestHeader(ApiKey Key, short Version, int CorrelationId, string ClientId)
{
    /// <summary>Leaves the reader at the request's body, in the form that its version has.</summary>
    public static RequestHeader Read(WireReader reader)
    {
        var key = (ApiKey)reader.Int16();
        var version = reader.Int16();
        var correlationId = reader.Int32();
        if (SupportedApi.Find(key) is not { } api)
        {
            throw new MalformedFrameException($"request {(short)key} is not served");
        }

        // The form of an unknown version's body is unknown too; ApiVersions alone is answered whatever its version.
        if (!api.Serves(version))
        {
            return key == ApiKey.ApiVersions
                ? new(key, version, correlationId, "")
                : throw new MalformedFrameException($"version {version} of {key} is not served");
        }

        var clientId = reader.HeaderString() ?? "";
        reader.Flexible = api.IsFlexible(version);
        reader.SkipTags();
        return new(key, version, correlationId, clientId);
    }
}
