namespace Vigil.Contracts;

/// <summary>A piece of a text that was encoded as one row.</summary>
/// <param name="Part">Index of the part, or <see cref="JoinedText"/> for all text parts joined by a line feed.</param>
/// <param name="Start">First UTF-16 unit in that text.</param>
/// <param name="Text">The piece as published, not cleaned.</param>
/// <param name="Tokens">Tokens without padding, begin and end included.</param>
/// <param name="UnknownTokens">How many of them the encoder cannot read.</param>
public readonly record struct TextWindow(int Part, int Start, string Text, int Tokens, int UnknownTokens)
{
    public const int JoinedText = -1;
}

/// <summary>Hashes and header facts of one part.</summary>
/// <param name="Kind"><c>text</c> or <c>image</c>.</param>
/// <param name="Size">Bytes of the UTF-8 text or of the image.</param>
/// <param name="Width">Pixels by the image header; 0 for a text.</param>
public sealed record PartDigest(int Part, string Kind, byte[] Sha256, byte[] Md5, long Size, string Mime = "", int Width = 0, int Height = 0);

/// <summary>A part that could not be read, with a reason of <see cref="UnreadableReason"/>.</summary>
public readonly record struct UnreadablePart(int Part, string Reason);

/// <summary>An item with its windows; window i is row FirstRow + i of its batch.</summary>
/// <param name="Partial">A text had more windows than are encoded.</param>
public sealed record EmbeddedItem(
    Content Content,
    IReadOnlyList<PartDigest> Parts,
    IReadOnlyList<UnreadablePart> Unreadable,
    IReadOnlyList<TextWindow> Windows,
    int FirstRow,
    bool Partial);

/// <summary>Embedded items over one pooled block of vectors, which this owns.</summary>
public sealed record EmbeddedBatch(IReadOnlyList<EmbeddedItem> Items, EmbeddingBatch Vectors) : IDisposable
{
    /// <summary>Of the stages this batch went through so far.</summary>
    public IReadOnlyList<StageTiming> Timings { get; init; } = [];

    public void Dispose() => Vectors.Dispose();
}
