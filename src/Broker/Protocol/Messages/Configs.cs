namespace Vigil.Broker.Protocol.Messages;

internal enum ResourceType : byte
{
    Topic = 2,
    Broker = 4,
}

internal enum ConfigOperation : byte
{
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}

/// <param name="Keys">Null: all.</param>
internal sealed record DescribedResource(ResourceType Type, string Name, List<string>? Keys);

internal sealed record DescribeConfigsRequest(List<DescribedResource> Resources)
{
    public static DescribeConfigsRequest Read(WireReader reader) =>
        new(reader.Array(r => new DescribedResource((ResourceType)r.Byte(), r.String(), r.NullableArray(k => k.String()))));
}

internal sealed record DescribedConfig(string Name, string? Value, bool IsDefault);

internal sealed record ResourceConfigs(ErrorCode Error, string? Message, ResourceType Type, string Name, IReadOnlyList<DescribedConfig> Configs)
{
    /// <summary>What the replies to questions and to changes have in common.</summary>
    public void WriteOutcome(WireWriter writer)
    {
        writer.Error(Error);
        writer.String(Message);
        writer.Byte((byte)Type);
        writer.String(Name);
    }
}

internal sealed record DescribeConfigsReply(List<ResourceConfigs> Resources) : IReply
{
    private const byte SetOnTopic = 1;
    private const byte Default = 5;

    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        writer.Array(Resources, (w, resource) =>
        {
            resource.WriteOutcome(w);
            w.Array(resource.Configs, (c, config) => WriteConfig(c, config, version));
        });
    }

    private static void WriteConfig(WireWriter writer, DescribedConfig config, short version)
    {
        writer.String(config.Name);
        writer.String(config.Value);
        writer.Bool(false); // read-only
        if (version == 0)
        {
            writer.Bool(config.IsDefault);
        }
        else
        {
            writer.Byte(config.IsDefault ? Default : SetOnTopic);
        }

        writer.Bool(false); // sensitive
        if (version >= 1)
        {
            writer.Array<int>([], (_, _) => { }); // synonyms
        }
    }
}

internal readonly record struct ConfigChange(string Name, ConfigOperation Operation, string? Value);

internal sealed record AlteredResource(ResourceType Type, string Name, List<ConfigChange> Changes);

/// <summary>AlterConfigs replaces all of a topic's settings, IncrementalAlterConfigs those it names.</summary>
internal sealed record AlterConfigsRequest(List<AlteredResource> Resources, bool ValidateOnly, bool Replace)
{
    public static AlterConfigsRequest ReadWhole(WireReader reader) => Read(reader, replace: true);

    public static AlterConfigsRequest ReadIncremental(WireReader reader) => Read(reader, replace: false);

    // Only the incremental form says what to do with each setting; the other sets them all.
    private static AlterConfigsRequest Read(WireReader reader, bool replace) =>
        new(
            reader.Array(r => new AlteredResource((ResourceType)r.Byte(), r.String(), r.Array(c => new ConfigChange(
                c.String(), replace ? ConfigOperation.Set : (ConfigOperation)c.Byte(), c.NullableString())))),
            reader.Bool(),
            replace);
}

internal sealed record AlterConfigsReply(List<ResourceConfigs> Resources) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        writer.Array(Resources, (w, resource) => resource.WriteOutcome(w));
    }
}
