using System.Collections.Immutable;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Topics;

/// <summary>All topics. Readers see an immutable snapshot; changes are made one at a time, journalled, and swapped in whole.</summary>
internal sealed class TopicStore : IDisposable
{
    private const int MaxPartitions = 1_000;

    private readonly Lock _change = new();
    private readonly string _logsFolder;
    private readonly TimeProvider _time;
    private readonly Journal<TopicState> _journal;
    private ImmutableDictionary<string, Topic> _topics = ImmutableDictionary.Create<string, Topic>(StringComparer.Ordinal);

    public TopicStore(string dataFolder, TimeProvider time)
    {
        _time = time;
        _logsFolder = Path.Combine(dataFolder, "logs");
        Directory.CreateDirectory(_logsFolder);
        var states = new Dictionary<string, TopicState>(StringComparer.Ordinal);
        _journal = new Journal<TopicState>(Path.Combine(dataFolder, "topics.journal"), state => states[state.Name] = state, () => [.. _topics.Values.Select(topic => topic.State)]);
        foreach (var state in states.Values.Where(state => !state.Deleted))
        {
            var config = TopicConfig.Create(state.Configs, out var problem) ?? throw new InvalidDataException(problem);
            _topics = _topics.SetItem(state.Name, Open(state.Name, state.Id, config, [], state.Partitions));
        }

        _journal.Rewrite();
        RemoveStrayFolders();
    }

    public ImmutableDictionary<string, Topic> All => Volatile.Read(ref _topics);

    public Topic? Find(string name) => All.GetValueOrDefault(name);

    public Topic? Find(Guid id) => All.Values.FirstOrDefault(topic => topic.Id == id);

    public PartitionLog? Find(string topic, int partition) => Find(topic)?.Partition(partition);

    public ErrorCode Create(string name, int partitions, TopicConfig config, bool validateOnly = false)
    {
        lock (_change)
        {
            if (!TopicName.IsValid(name))
            {
                return ErrorCode.InvalidTopic;
            }

            if (partitions is < 1 or > MaxPartitions)
            {
                return ErrorCode.InvalidPartitions;
            }

            if (_topics.ContainsKey(name))
            {
                return ErrorCode.TopicAlreadyExists;
            }

            if (!validateOnly)
            {
                Put(Open(name, Guid.NewGuid(), config, [], partitions));
            }

            return ErrorCode.None;
        }
    }

    public ErrorCode Grow(string name, int partitions, bool validateOnly)
    {
        lock (_change)
        {
            if (!_topics.TryGetValue(name, out var topic))
            {
                return ErrorCode.UnknownTopicOrPartition;
            }

            if (partitions <= topic.Partitions.Count || partitions > MaxPartitions)
            {
                return ErrorCode.InvalidPartitions;
            }

            if (!validateOnly)
            {
                Put(Open(name, topic.Id, topic.Config, topic.Partitions, partitions));
            }

            return ErrorCode.None;
        }
    }

    /// <summary>Applies a change to a topic's settings; the reason where it is refused.</summary>
    public (ErrorCode Error, string? Problem) Configure(string name, Func<TopicConfig, (TopicConfig?, string?)> change, bool validateOnly)
    {
        lock (_change)
        {
            if (!_topics.TryGetValue(name, out var topic))
            {
                return (ErrorCode.UnknownTopicOrPartition, null);
            }

            var (config, problem) = change(topic.Config);
            if (config is null)
            {
                return (ErrorCode.InvalidConfig, problem);
            }

            if (!validateOnly)
            {
                Put(topic with { Config = config });
                foreach (var log in topic.Partitions)
                {
                    log.Configure(config.Log);
                }
            }

            return (ErrorCode.None, null);
        }
    }

    public ErrorCode Delete(string name)
    {
        lock (_change)
        {
            if (!_topics.TryGetValue(name, out var topic))
            {
                return ErrorCode.UnknownTopicOrPartition;
            }

            Volatile.Write(ref _topics, _topics.Remove(name));
            _journal.Append(topic.State with { Deleted = true });
            foreach (var log in topic.Partitions)
            {
                log.Dispose();
            }

            Directory.Delete(FolderOf(topic.Id), recursive: true);
            return ErrorCode.None;
        }
    }

    public void Maintain(TimeSpan producerExpiry)
    {
        foreach (var log in All.Values.SelectMany(topic => topic.Partitions))
        {
            log.Maintain(producerExpiry);
        }
    }

    public void Dispose()
    {
        lock (_change)
        {
            foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions))
            {
                log.Dispose();
            }

            _journal.Dispose();
        }
    }

    private void Put(Topic topic)
    {
        Volatile.Write(ref _topics, _topics.SetItem(topic.Name, topic));
        _journal.Append(topic.State);
    }

    private Topic Open(string name, Guid id, TopicConfig config, IReadOnlyList<PartitionLog> existing, int count)
    {
        var added = Enumerable.Range(existing.Count, count - existing.Count)
            .Select(partition => new PartitionLog(Path.Combine(FolderOf(id), partition.ToString("D4", System.Globalization.CultureInfo.InvariantCulture)), config.Log, _time));
        return new Topic(name, id, config, [.. existing, .. added]);
    }

    /// <summary>By id, so that a topic created again never meets the files of its predecessor.</summary>
    private string FolderOf(Guid id) => Path.Combine(_logsFolder, id.ToString("N"));

    private void RemoveStrayFolders()
    {
        var known = _topics.Values.Select(topic => FolderOf(topic.Id)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(_logsFolder).Where(folder => !known.Contains(folder)).ToList())
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
