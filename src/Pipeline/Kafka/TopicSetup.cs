using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Contracts;
using Vigil.Ingest;

namespace Vigil.Pipeline.Kafka;

/// <summary>How a topic stands against what Vigil wants of it.</summary>
/// <param name="Partitions">0: the topic does not exist.</param>
/// <param name="Differences">Settings that differ: name, is, wanted.</param>
internal sealed record TopicState(TopicSettings Wanted, string Id, int Partitions, int Replication, IReadOnlyList<(string Name, string Is, string Wanted)> Differences)
{
    public bool Exists => Partitions > 0;
}

/// <summary>Compares Vigil's topics with the cluster's, creates and mends them. Never shrinks, never deletes.</summary>
internal sealed class TopicSetup(KafkaClients clients) : IDisposable
{
    private const string TimestampType = "message.timestamp.type";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly IAdminClient _admin = new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    public async Task<IReadOnlyList<TopicState>> ReadAsync()
    {
        var wanted = clients.Topics.Settings;
        var found = await DescribeAsync([.. wanted.Select(topic => topic.Name)]);
        var configs = await ConfigsAsync(found.Keys);
        return [.. wanted.Select(topic => found.TryGetValue(topic.Name, out var description) && configs.TryGetValue(topic.Name, out var settings)
            ? new TopicState(topic, TopicIds.Text(description.TopicId), description.Partitions.Count, description.Partitions[0].Replicas.Count, Differences(topic, settings))
            : new TopicState(topic, "", 0, 0, []))];
    }

    /// <summary>Creates what is missing, alters what differs, and returns when the brokers show it.</summary>
    /// <param name="grow">Also adds partitions where there are too few; keys then move to other partitions.</param>
    public async Task ApplyAsync(bool grow)
    {
        var states = await ReadAsync();
        var missing = states.Where(state => !state.Exists).Select(state => new TopicSpecification
        {
            Name = state.Wanted.Name,
            NumPartitions = state.Wanted.Partitions,
            ReplicationFactor = clients.Options.Replication,
            Configs = Configs(state.Wanted),
        }).ToList();
        if (missing.Count > 0)
        {
            await CreateAsync(missing);
        }

        foreach (var state in states.Where(state => state.Differences.Count > 0))
        {
            var resource = new ConfigResource { Type = ResourceType.Topic, Name = state.Wanted.Name };
            await _admin.IncrementalAlterConfigsAsync(
                new() { [resource] = [.. state.Differences.Select(one => new ConfigEntry { Name = one.Name, Value = one.Wanted, IncrementalOperation = AlterConfigOpType.Set })] },
                new() { RequestTimeout = Patience });
        }

        var small = states.Where(state => grow && state.Exists && state.Partitions < state.Wanted.Partitions).ToList();
        if (small.Count > 0)
        {
            await _admin.CreatePartitionsAsync(
                small.Select(state => new PartitionsSpecification { Topic = state.Wanted.Name, IncreaseTo = state.Wanted.Partitions }),
                new() { RequestTimeout = Patience });
        }

        await SettleAsync(grow);
    }

    /// <summary>
    /// What would keep a role from working; empty when the topics are right. Content may come with its publishers' times:
    /// the worker's clock at first read then stands for Kafka's (<c>design.md</c> §7).
    /// </summary>
    public async Task<IReadOnlyList<string>> FaultsAsync()
    {
        var faults = new List<string>();
        foreach (var state in await ReadAsync())
        {
            if (!state.Exists)
            {
                faults.Add($"topic {state.Wanted.Name} does not exist");
            }

            var differences = state.Differences.Where(one => state.Wanted.Name != clients.Topics.Content || one.Name != TimestampType);
            faults.AddRange(differences.Select(one => $"topic {state.Wanted.Name} has {one.Name}={one.Is}, wanted {one.Wanted}"));
        }

        return faults;
    }

    public void Dispose() => _admin.Dispose();

    // A broker learns of what its controller has done a little later.
    private async Task SettleAsync(bool grow)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < Patience)
        {
            var states = await ReadAsync();
            if (states.All(state => state.Exists && state.Differences.Count == 0 && (!grow || state.Partitions >= state.Wanted.Partitions)))
            {
                return;
            }

            await Task.Delay(100);
        }
    }

    private async Task CreateAsync(List<TopicSpecification> missing)
    {
        try
        {
            await _admin.CreateTopicsAsync(missing, new() { RequestTimeout = Patience, OperationTimeout = Patience });
        }
        catch (CreateTopicsException fault) when (fault.Results.All(one => one.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another process applies them at the same time.
        }
    }

    private async Task<Dictionary<string, TopicDescription>> DescribeAsync(IReadOnlyList<string> names)
    {
        List<TopicDescription> descriptions;
        try
        {
            descriptions = (await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new() { RequestTimeout = Patience })).TopicDescriptions;
        }
        catch (DescribeTopicsException fault) when (fault.Results.TopicDescriptions.All(one => !one.Error.IsError || one.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            descriptions = fault.Results.TopicDescriptions;
        }

        return descriptions.Where(one => !one.Error.IsError && one.Partitions.Count > 0).ToDictionary(one => one.Name);
    }

    // A topic that goes away between the two calls is one that does not exist.
    private async Task<Dictionary<string, IReadOnlyDictionary<string, string>>> ConfigsAsync(IEnumerable<string> names)
    {
        var resources = names.Select(name => new ConfigResource { Type = ResourceType.Topic, Name = name }).ToList();
        if (resources.Count == 0)
        {
            return [];
        }

        IEnumerable<(ConfigResource Resource, Dictionary<string, ConfigEntryResult> Entries)> described;
        try
        {
            described = (await _admin.DescribeConfigsAsync(resources, new() { RequestTimeout = Patience })).Select(one => (one.ConfigResource, one.Entries));
        }
        catch (DescribeConfigsException fault) when (fault.Results.All(one => !one.Error.IsError || one.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            described = fault.Results.Where(one => !one.Error.IsError).Select(one => (one.ConfigResource, one.Entries));
        }

        return described.ToDictionary(
            one => one.Resource.Name,
            one => (IReadOnlyDictionary<string, string>)one.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value));
    }

    private List<(string Name, string Is, string Wanted)> Differences(TopicSettings topic, IReadOnlyDictionary<string, string> configs) =>
        [.. Configs(topic)
            .Where(wanted => !Suits(wanted.Key, configs.GetValueOrDefault(wanted.Key, ""), wanted.Value))
            .Select(wanted => (wanted.Key, configs.GetValueOrDefault(wanted.Key, ""), wanted.Value))];

    // An operator may keep records longer, take larger ones and ask for more replicas than we do; apply must not take that back.
    private static bool Suits(string name, string found, string wanted) => found == wanted
        || (name is "retention.ms" or "max.message.bytes" or "min.insync.replicas"
            && long.TryParse(found, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var has)
            && (has >= long.Parse(wanted, CultureInfo.InvariantCulture) || (name == "retention.ms" && has == -1)));

    private Dictionary<string, string> Configs(TopicSettings topic)
    {
        var configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = topic.Compacted ? "compact" : "delete",
            [TimestampType] = topic.LogAppendTime ? "LogAppendTime" : "CreateTime",
            ["max.message.bytes"] = topic.MaxMessageBytes.ToString(CultureInfo.InvariantCulture),
            ["min.insync.replicas"] = clients.Options.MinInSync.ToString(CultureInfo.InvariantCulture),
        };
        if (topic.Retention is { } retention)
        {
            configs["retention.ms"] = ((long)retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        return configs;
    }
}
