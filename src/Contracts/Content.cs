namespace Vigil.Contracts;

/// <summary>One decoded version of a published item. Absent texts are empty, absent numbers null.</summary>
public sealed record Content
{
    internal static readonly IReadOnlyDictionary<string, string> NoAttributes = new Dictionary<string, string>();

    public required string Id { get; init; }
    public long Revision { get; init; }
    public bool Deleted { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public string Url { get; init; } = "";
    public string Surface { get; init; } = "";
    public string AuthorId { get; init; } = "";
    public string Lang { get; init; } = "";
    public IReadOnlyList<ContentPart> Parts { get; init; } = [];
    public Reach Reach { get; init; } = Reach.Unknown;
    public long? Reports { get; init; }
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = NoAttributes;
}

/// <summary>A text or an image of an item.</summary>
public abstract record ContentPart;

public sealed record TextPart(string Text) : ContentPart;

public sealed record ImagePart(ReadOnlyMemory<byte> Bytes, string Mime) : ContentPart;

/// <summary>How far an item travels, as its publisher says; null: not said.</summary>
public sealed record Reach(long? Views, double? ViewsPerHour, long? Followers)
{
    public static Reach Unknown { get; } = new(null, null, null);
}
