using System.Collections.Frozen;
using NetVips;

namespace Vigil.ReviewConsole.Pictures;

/// <summary>
/// Pictures as a page may show them: what a publisher sent is decoded behind limits, turned upright, shrunk and written anew,
/// so that none of its bytes and nothing of its metadata reaches a browser.
/// </summary>
internal sealed class PictureMaker : IDisposable
{
    public const int LongestSide = 1_600;

    private const int Quality = 82;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly double[] White = [255, 255, 255];

    // A picture is large before it is shrunk: no more of them at a time than there are cores.
    private readonly SemaphoreSlim _making = new(Environment.ProcessorCount);

    static PictureMaker()
    {
        // Else it reads SVG and other things that are programs.
        NetVips.NetVips.BlockUntrusted = true;
        NetVips.NetVips.Concurrency = 1;
        // What was published is not kept in memory for later.
        Cache.Max = 0;
        // Its complaints about broken pictures would fill the log, and an exception says what matters.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.All, static (_, _, _) => { });
    }

    /// <summary>WebP of one still.</summary>
    /// <param name="still">From 0.</param>
    /// <param name="isOpaque">Colours are shown where the picture is transparent, and not the white behind it.</param>
    public async Task<Picture> MakeAsync(ReadOnlyMemory<byte> bytes, int still, bool isOpaque, CancellationToken cancellation)
    {
        await _making.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Make(bytes.ToArray(), still, isOpaque, cancellation), cancellation);
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    private static Picture Make(byte[] bytes, int still, bool isOpaque, CancellationToken cancellation)
    {
        var shape = PictureShape.Of(bytes);
        if (shape.Why.Length > 0 || still < 0 || still >= shape.Stills.Count)
        {
            return Picture.Not(shape.Why.Length > 0 ? shape.Why : "there is no such still");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var options = shape.Frames > 1 ? $"page={shape.Stills[still]}" : "";
            using var small = isOpaque ? Opaque(bytes, options) : AsSeen(bytes, options);
            using var plain = small.Colourspace(Enums.Interpretation.Srgb);
            plain.SetProgress(Silent.Progress, limit.Token);
            return new(plain.WebpsaveBuffer(q: Quality, keep: Enums.ForeignKeep.None), "");
        }
        catch (VipsException)
        {
            cancellation.ThrowIfCancellationRequested();
            return Picture.Not(limit.IsCancellationRequested ? "it takes too long to decode" : "it cannot be decoded");
        }
    }

    private static Image AsSeen(byte[] bytes, string options)
    {
        var small = Image.ThumbnailBuffer(bytes, LongestSide, options, height: LongestSide, size: Enums.Size.Down, outputProfile: "srgb");
        if (!small.HasAlpha())
        {
            return small;
        }

        using (small)
        {
            return small.Flatten(background: White);
        }
    }

    // Shrunk with its transparency a picture loses the colours below it.
    private static Image Opaque(byte[] bytes, string options)
    {
        using var whole = Image.NewFromBuffer(bytes, options, access: Enums.Access.Sequential);
        using var colours = whole.HasAlpha() ? whole.ExtractBand(0, n: whole.Bands - 1) : whole.Copy();
        return colours.ThumbnailImage(LongestSide, height: LongestSide, size: Enums.Size.Down, outputProfile: "srgb");
    }

    private sealed class Silent : IProgress<int>
    {
        public static readonly Silent Progress = new();

        public void Report(int value)
        {
        }
    }
}

/// <param name="WebP">Null: it cannot be shown.</param>
/// <param name="Why">It cannot; empty where it can.</param>
internal sealed record Picture(byte[]? WebP, string Why)
{
    public static Picture Not(string why) => new(null, why);
}

/// <summary>What the header of a picture says of it.</summary>
/// <param name="Frames">1, or those of an animation.</param>
/// <param name="Stills">Frames that are shown: first, middle and last, as far as decoding up to them is bounded.</param>
/// <param name="Why">It cannot be shown; empty where it can.</param>
internal sealed record PictureShape(int Frames, bool HasAlpha, IReadOnlyList<int> Stills, string Why)
{
    /// <summary>As <c>design.md</c> §5 has it.</summary>
    private const long MostPixels = 50_000_000;

    /// <summary>Frames are made one from the other: a last one far away costs all before it.</summary>
    private const long MostDecodedPixels = 200_000_000;

    // By the library's own look at the bytes: a publisher's word for the type plays no part.
    private static readonly FrozenSet<string> Readers = new[]
    {
        "VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadWebpBuffer", "VipsForeignLoadNsgifBuffer", "VipsForeignLoadHeifBuffer",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static PictureShape Of(ReadOnlyMemory<byte> bytes) => Of(bytes.ToArray());

    public static PictureShape Of(byte[] bytes)
    {
        try
        {
            if (Image.FindLoadBuffer(bytes) is not { } reader || !Readers.Contains(reader))
            {
                return Not("it is no picture of a kind that is shown (JPEG, PNG, WebP, GIF, AVIF)");
            }

            // The header alone: no pixel is decoded.
            using var image = Image.NewFromBuffer(bytes, access: Enums.Access.Sequential);
            var pixels = (long)image.Width * image.Height;
            if (pixels > MostPixels)
            {
                return Not(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it has {pixels:N0} pixels, more than are decoded"));
            }

            var frames = image.Contains("n-pages") ? Math.Max(1, (int)image.Get("n-pages")) : 1;
            var last = (int)Math.Min(frames - 1, Math.Max(0, (MostDecodedPixels / Math.Max(1, pixels)) - 1));
            return new(frames, image.HasAlpha(), [.. new[] { 0, last / 2, last }.Distinct()], "");
        }
        catch (VipsException)
        {
            return Not("it cannot be decoded");
        }
    }

    private static PictureShape Not(string why) => new(0, false, [], why);
}
