using Google.Protobuf;
using Vigil.Contracts;
using Part = Vigil.Contracts.Wire.Part;

namespace Vigil.Pipeline.Samples;

/// <summary>Posts with pictures: readable ones, and each way in which one cannot be read beside a text that can.</summary>
internal sealed class PictureScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int Readable = 24;
    private const int OverLimit = (3 * 1024 * 1024) + 1;

    private readonly Poster _poster = new(draw);
    private readonly Phrases _english = languages.Single(language => language.Language == "en");

    public void Play(Timeline timeline)
    {
        for (var i = 0; i < Readable; i++)
        {
            var (image, mime) = draw.Chance(0.5) ? (TinyImages.Png(draw), "image/png") : (TinyImages.Gif(draw), "image/gif");
            // Every third is a picture without a word.
            Add(timeline, i % 3 == 0 ? null : Text(), [(image, mime)], queue: "");
        }

        (byte[] Image, string Mime)[] broken =
        [
            ("this is not a picture"u8.ToArray(), "image/png"),
            (TinyImages.Png(draw)[..20], "image/png"),
            ([], "image/gif"),
            (TinyImages.PngClaiming(20_000, 20_000), "image/png"),
            (Oversized(), "image/png"),
        ];
        foreach (var image in broken)
        {
            Add(timeline, Text(), [image], queue: "");
        }

        // With nothing else to judge, only one queue is right.
        Add(timeline, null, [broken[0]], PolicySet.UnreadableQueue);
        Add(timeline, null, [broken[3]], PolicySet.UnreadableQueue);
        Add(timeline, Text(), [(TinyImages.Png(draw), "image/png"), (TinyImages.Gif(draw), "image/gif"), broken[1]], queue: "");
    }

    private void Add(Timeline timeline, string? text, IReadOnlyList<(byte[] Bytes, string Mime)> images, string queue)
    {
        var at = draw.Share();
        var post = _poster.WithReach(_poster.Post(at, text ?? "", "en"));
        if (text is null)
        {
            post.Parts.Clear();
        }

        foreach (var (bytes, mime) in images)
        {
            post.Parts.Add(new Part { Image = new() { Bytes = ByteString.CopyFrom(bytes), Mime = mime } });
        }

        // The large one only fits as protobuf: base64 would take the record over its limit.
        var wording = images.Any(image => image.Bytes.Length > 1_000_000) ? Wording.Protobuf : _poster.AnyWording();
        timeline.Add(at, new(post.ToRecord(wording), Expectation.ToBe(Expectation.Ranked) with { Queue = queue }));
    }

    private string Text() => _english.Say("chatter", draw);

    private byte[] Oversized()
    {
        var image = new byte[OverLimit];
        TinyImages.Png(draw).CopyTo(image, 0);
        return image;
    }
}
