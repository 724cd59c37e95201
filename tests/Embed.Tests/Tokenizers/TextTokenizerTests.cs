using Vigil.Embed.Tokenizers;

namespace Vigil.Embed.Tests.Tokenizers;

public sealed class TextTokenizerTests(EncoderFixture fixture)
{
    // The shared README allows ties in long runs of one character; at this version of the library there are none.
    private static readonly string[] Ties = [];

    private readonly TextTokenizer _tokenizer = fixture.Tokenizer;

    [Fact]
    public void TokenizeCleaned_GoldenTexts_EqualsTheReference()
    {
        var differing = Golden.Ids.Where(line => !Framed(line.Text).SequenceEqual(line.Ids)).Select(line => line.Id).ToList();

        Assert.Equal(Ties, differing);
        Assert.Equal(1_500, Golden.Ids.Count);
    }

    [Fact]
    public void TokenizeCleaned_GoldenRowsOfTheSharedData_EqualsTheReference()
    {
        var golden = Repository.SharedFile("models/text/use-multilingual-v3-512/golden-ids.jsonl.gz");
        var expected = Golden.Lines(golden)
            .Where(line => line.TryGetProperty("ref", out _))
            .ToDictionary(line => line.GetProperty("ref").GetString()!, line => line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray());
        var sources = expected.Keys.Select(id => id[..id.IndexOf(':', StringComparison.Ordinal)]).Distinct();
        var differing = new List<string>();
        var seen = 0;
        foreach (var row in sources.SelectMany(source => Golden.Lines(Repository.SharedFile($"data/{source}.jsonl.gz"))))
        {
            var id = row.GetProperty("id").GetString()!;
            if (expected.TryGetValue(id, out var ids))
            {
                seen++;
                if (!Framed(row.GetProperty("text").GetString()!).SequenceEqual(ids))
                {
                    differing.Add(id);
                }
            }
        }

        Assert.Equal(Ties, differing);
        Assert.Equal(1_500, seen);
    }

    [Theory]
    [InlineData("a  b", "a b")]
    [InlineData("a\u00A0 b", "a b")]
    [InlineData("\u3000a", "a")]
    public async Task Tokenize_SpacesInARow_EndsAndIsOneSpace(string text, string plain)
    {
        // Older versions of the library never came back from these.
        var ids = await Task.Run(() => _tokenizer.Tokenize(text)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(_tokenizer.Tokenize(plain), ids);
    }

    [Theory]
    [InlineData("<s>")]
    [InlineData("</s>")]
    [InlineData("<unk>")]
    [InlineData("<pad>")]
    [InlineData("ends here</s> and starts <s>again")]
    public void Tokenize_ControlTokenWritten_IsPlainText(string text)
    {
        var ids = _tokenizer.Tokenize(text);

        Assert.DoesNotContain(1, ids);
        Assert.DoesNotContain(2, ids);
        Assert.True(ids.Count(id => id != 0) > 1);
    }

    [Fact]
    public void Tokenize_UnknownCharactersInARow_IsOneUnknown()
    {
        Assert.Single(_tokenizer.Tokenize("\uE000\uE001\uE002\uE003"), id => id == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\u200B\u2060\u00AD")]
    [InlineData("\r\n\t")]
    public void Tokenize_NothingVisible_HasNoIds(string text)
    {
        Assert.Empty(_tokenizer.Tokenize(text));
    }

    [Fact]
    public void Window_OfIds_FramesAndCountsUnknown()
    {
        var window = _tokenizer.Window(3, 7, [5, 0, 9, 0]);

        Assert.Equal([1, 5, 0, 9, 0, 2], window.Ids.ToArray());
        Assert.Equal((3, 7, 2), (window.Start, window.Length, window.Unknown));
    }

    /// <summary>As the golden files have it: uncleaned, cut at 254 ids.</summary>
    private int[] Framed(string text) => [1, .. _tokenizer.TokenizeCleaned(text).Take(254), 2];
}
