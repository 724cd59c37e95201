using System.Globalization;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Topics;

/// <summary>The settings of a topic: those that were set, over Kafka's defaults. Immutable; an alteration is a new one.</summary>
internal sealed record TopicConfig
{
    private const string CleanupPolicy = "cleanup.policy";
    private const string TimestampType = "message.timestamp.type";

    private static readonly Dictionary<string, Setting> Known = new(StringComparer.Ordinal)
    {
        [CleanupPolicy] = new("delete", IsCleanupPolicy),
        ["retention.ms"] = new("604800000", value => IsNumber(value, -1)),
        ["retention.bytes"] = new("-1", value => IsNumber(value, -1)),
        ["segment.bytes"] = new("67108864", value => IsNumber(value, 14)),
        ["segment.ms"] = new("604800000", value => IsNumber(value, 1)),
        ["max.message.bytes"] = new("6291456", value => IsNumber(value, 0, int.MaxValue)),
        [TimestampType] = new("CreateTime", value => value is "CreateTime" or "LogAppendTime"),
        ["min.insync.replicas"] = new("1", value => IsNumber(value, 1, int.MaxValue)),
        ["delete.retention.ms"] = new("86400000", value => IsNumber(value, 0)),
        ["compression.type"] = new("producer", value => value == "producer"),
        ["min.cleanable.dirty.ratio"] = new("0.5", IsRatio),
        ["max.compaction.lag.ms"] = new("9223372036854775807", value => IsNumber(value, 1)),
        ["min.compaction.lag.ms"] = new("0", value => IsNumber(value, 0)),
    };

    private TopicConfig(IReadOnlyDictionary<string, string> set)
    {
        Set = set;
        var policies = Value(CleanupPolicy).Split(',', StringSplitOptions.TrimEntries);
        Log = new LogSettings(
            policies.Contains("compact"),
            policies.Contains("delete"),
            Number("retention.ms"),
            Number("retention.bytes"),
            Number("segment.bytes"),
            Number("segment.ms"),
            (int)Number("max.message.bytes"),
            Value(TimestampType) == "LogAppendTime",
            Number("delete.retention.ms"));
    }

    public static TopicConfig Default { get; } = new(new Dictionary<string, string>());

    /// <summary>What was set on the topic itself.</summary>
    public IReadOnlyDictionary<string, string> Set { get; }

    public LogSettings Log { get; }

    /// <summary>Null with the reason where a setting is unknown or its value is none.</summary>
    public static TopicConfig? Create(IEnumerable<KeyValuePair<string, string?>> settings, out string? problem)
    {
        var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            if (value is null)
            {
                continue;
            }

            if (!Known.TryGetValue(name, out var setting))
            {
                problem = $"Topic setting '{name}' is not known to the development broker.";
                return null;
            }

            if (!setting.Accepts(value))
            {
                problem = $"'{value}' is no value for topic setting '{name}'.";
                return null;
            }

            set[name] = value;
        }

        problem = null;
        return new TopicConfig(set);
    }

    public TopicConfig? With(AlteredResource alteration, bool replace, out string? problem)
    {
        var settings = replace ? [] : Set.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        foreach (var change in alteration.Changes)
        {
            switch (change.Operation)
            {
                case ConfigOperation.Set:
                    settings[change.Name] = change.Value;
                    break;
                case ConfigOperation.Delete:
                    settings.Remove(change.Name);
                    break;
                default:
                    problem = $"Operation {change.Operation} on '{change.Name}' is not served by the development broker.";
                    return null;
            }
        }

        return Create(settings, out problem);
    }

    public IReadOnlyList<DescribedConfig> Describe(IReadOnlyCollection<string>? names) =>
    [
        .. Known.Keys
            .Where(name => names is null || names.Contains(name))
            .Order(StringComparer.Ordinal)
            .Select(name => new DescribedConfig(name, Value(name), !Set.ContainsKey(name))),
    ];

    private string Value(string name) => Set.TryGetValue(name, out var value) ? value : Known[name].Default;

    private long Number(string name) => long.Parse(Value(name), CultureInfo.InvariantCulture);

    private static bool IsNumber(string value, long from, long to = long.MaxValue) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to;

    private static bool IsRatio(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1;

    private static bool IsCleanupPolicy(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries).All(policy => policy is "compact" or "delete");

    private sealed record Setting(string Default, Predicate<string> Accepts);
}
