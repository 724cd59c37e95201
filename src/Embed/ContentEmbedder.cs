using System.Diagnostics;
using Vigil.Contracts;
using Vigil.Embed.Hashing;

namespace Vigil.Embed;

/// <summary>
/// Items → vectors, digests and what could not be read. The windows of all texts of all items are encoded together, so
/// that even small items fill whole batches.
/// </summary>
public sealed class ContentEmbedder(IEncoder encoder, EmbedMetrics? metrics = null)
{
    public const string TokenizeStage = "tokenize";
    public const string EmbedStage = "embed";

    public string EncoderHash => encoder.Hash;

    /// <summary>The caller disposes of the result, which owns the vectors.</summary>
    public EmbeddedBatch Embed(IReadOnlyList<Content> contents, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var rows = new List<TokenWindow>(contents.Count);
        var items = new EmbeddedItem[contents.Count];
        for (var i = 0; i < items.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            items[i] = Tokenize(contents[i], rows);
        }

        var tokenized = Stopwatch.GetTimestamp();
        var vectors = encoder.Encode(rows, cancellation);
        var timings = Timings(Stopwatch.GetElapsedTime(started, tokenized), Stopwatch.GetElapsedTime(tokenized));
        return new EmbeddedBatch(items, vectors) { Timings = timings };
    }

    /// <summary>Digests and unreadable parts alone, without windows: what is left when the encoder cannot be used.</summary>
    public static EmbeddedBatch DigestOnly(IReadOnlyList<Content> contents, int dimension)
    {
        var items = contents.Select(content => Item(content, [], 0, partial: false)).ToArray();
        return new EmbeddedBatch(items, EmbeddingBatch.Rent(0, dimension));
    }

    private EmbeddedItem Tokenize(Content content, List<TokenWindow> rows)
    {
        if (content.Parts is [TextPart { Text: var only }])
        {
            var windows = encoder.Tokenize(only);
            if (windows is not [var whole])
            {
                return Chosen(content, [new(new(0, only), windows)], rows);
            }

            // So it is with nearly all: nothing is to be chosen.
            rows.Add(whole);
            return Item(content, [ItemWindows.Of(new(0, only), whole)], rows.Count - 1, partial: false);
        }

        var texts = ItemTexts.Of(content);
        var tokenized = new TextWindows[texts.Count];
        for (var i = 0; i < tokenized.Length; i++)
        {
            tokenized[i] = new(texts[i], encoder.Tokenize(texts[i].Text));
        }

        return Chosen(content, tokenized, rows);
    }

    private static EmbeddedItem Chosen(Content content, IReadOnlyList<TextWindows> tokenized, List<TokenWindow> rows)
    {
        var chosen = ItemWindows.Choose(tokenized, out var partial);
        var windows = new TextWindow[chosen.Count];
        var first = rows.Count;
        for (var i = 0; i < windows.Length; i++)
        {
            windows[i] = chosen[i].Window;
            rows.Add(chosen[i].Tokens);
        }

        return Item(content, windows, first, partial);
    }

    private static EmbeddedItem Item(Content content, IReadOnlyList<TextWindow> windows, int firstRow, bool partial)
    {
        var (digests, unreadable) = PartReader.Read(content.Parts);
        return new EmbeddedItem(content, digests, unreadable, windows, firstRow, partial);
    }

    private StageTiming[] Timings(TimeSpan tokenize, TimeSpan embed)
    {
        metrics?.Stage(TokenizeStage, tokenize);
        metrics?.Stage(EmbedStage, embed);
        return [new StageTiming(TokenizeStage, tokenize.TotalSeconds), new StageTiming(EmbedStage, embed.TotalSeconds)];
    }
}
