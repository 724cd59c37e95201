using System.Text.Json;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// Ranked items shaped as the worker's: texts of the shipped stream, neighbours of the shipped bank, every policy's score,
/// five reasons. The same ones in the same order every time.
/// </summary>
internal sealed class ReviewItems
{
    private const int Seed = 20260101;
    private const int NeighboursPerItem = 6;
    private const int LongestSnippet = 280;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly (string Policy, double Threshold)[] Policies =
    [
        ("harassment", 0.5), ("hate", 0.5), ("profanity", 0.7), ("self_harm", 0.3), ("sexual", 0.5), ("spam_scam", 0.6), ("violence", 0.4),
    ];

    private static readonly string[] Stages = ["decode", "tokenize", "embed", "search", "rank"];

    private readonly IReadOnlyList<string> _texts = BenchTexts.Load(null, 2_000).Texts;
    private readonly List<(string Id, string Source)> _entries = ReadEntries();
    private readonly Random _random = new(Seed);
    private readonly Provenance _provenance;
    private readonly string _topicId;
    private readonly DateTimeOffset _now;
    private long _count;

    /// <param name="now">Items are as old as minutes, so that nothing of them is forgotten meanwhile.</param>
    public ReviewItems(DateTimeOffset now)
    {
        _now = now;
        _topicId = Convert.ToBase64String(Bytes(16)).TrimEnd('=');
        _provenance = new()
        {
            Embedder = Convert.ToHexStringLower(Bytes(32)),
            IndexKind = "faiss",
            BankVersion = Convert.ToHexStringLower(Bytes(16)),
            Ranker = Convert.ToHexStringLower(Bytes(32)),
            Calibrator = Convert.ToHexStringLower(Bytes(32)),
            PolicySet = Convert.ToHexStringLower(Bytes(32)),
        };
    }

    public RankedItem Next(string queue)
    {
        var number = _count++;
        var text = _texts[(int)(number % _texts.Count)];
        var policy = Policies[_random.Next(Policies.Length)].Policy;
        var time = _now.AddSeconds(-_random.Next(3_600)).ToUnixTimeMilliseconds();
        var id = $"p{Convert.ToHexStringLower(Bytes(6))}";
        var item = new RankedItem
        {
            Disposition = Disposition.Queued,
            ContentId = id,
            Version = new() { Digest = ByteString.CopyFrom(Bytes(32)) },
            Source = new() { TopicId = _topicId, Partition = (int)(number % 12), Offset = number / 12, TimeMs = time },
            AuthorId = $"user-{_random.Next(10_000):D4}",
            Surface = "post",
            Lang = "en",
            Url = $"https://social.example/{id}",
            CreatedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Start.AddSeconds(number)),
            Risk = _random.NextDouble(),
            Queue = queue,
            Value = Math.Pow(2, (_random.NextDouble() * 28) - 12),
            EnqueuedMs = time,
            Selection = Selection.Ranked,
            Propensity = 1,
            Snippet = text[..Math.Min(text.Length, LongestSnippet)],
            SnippetSpan = new() { Length = Math.Min(text.Length, LongestSnippet) },
            Provenance = _provenance.Clone(),
            Evidence = EvidenceFor(policy),
        };
        item.Scores.AddRange(Policies.Select(each => new PolicyScore { Policy = each.Policy, Threshold = each.Threshold, Probability = _random.NextDouble() }));
        item.Parts.Add(new PartDigest { Kind = "text", Sha256 = ByteString.CopyFrom(Bytes(32)), Md5 = ByteString.CopyFrom(Bytes(16)), Size = text.Length, Mime = "text/plain" });
        item.Timings.AddRange(Stages.Select(stage => new StageTiming { Stage = stage, Seconds = _random.NextDouble() }));
        return item;
    }

    private Evidence EvidenceFor(string policy)
    {
        var evidence = new Evidence();
        for (var i = 0; i < NeighboursPerItem; i++)
        {
            var (id, source) = _entries[_random.Next(_entries.Count)];
            evidence.Neighbours.Add(new Neighbour { EntryId = id, Source = source, Policy = policy, Side = i < NeighboursPerItem / 2 ? Side.Violation : Side.Benign, Similarity = _random.NextSingle() });
        }

        string[] features = [$"wording and meaning: {policy}", $"meaning: {policy}", $"wording: {policy}", $"nearest known violation: {policy} = {_random.NextDouble():0.00}", "wording and meaning: harm"];
        evidence.Reasons.AddRange(features.Select(feature => new Reason { Feature = feature, Policy = policy, Contribution = _random.NextDouble() * 5 }));
        return evidence;
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static List<(string Id, string Source)> ReadEntries() =>
    [
        .. File.ReadLines(Path.Combine(VigilHome.Path, "models", "bank-starter", "entries.jsonl"))
            .Take(5_000)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(entry => (entry.GetProperty("id").GetString()!, entry.GetProperty("source").GetString()!)),
    ];
}
