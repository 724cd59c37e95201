using System.IO.Compression;
using System.Text;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Tests.Training;

public sealed class LabelledFileTests : IDisposable
{
    private const string Two = """
        {"id":"a:1","text":"one","labels":["hate"],"scope":["hate","violence"],"harm":1,"source":"a","split":"dev","lang":"en"}
        {"id":"s1","text":"two","labels":["none"],"scope":["hate"],"harm":0,"kind":"labelled","ref":"b:7"}

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-rows-").FullName;

    [Fact]
    public void Read_TwoRows_MapsLabelsScopeAndSource()
    {
        var rows = LabelledFile.Read(Write("rows.jsonl", Two), []).ToArray();

        Assert.Equal(2, rows.Length);
        Assert.Equal((true, false, null), (rows[0].Violates("hate"), rows[0].Violates("violence"), rows[0].Violates("spam_scam")));
        Assert.Equal((true, "a", "dev", "en"), (rows[0].Harm, rows[0].Source, rows[0].Split, rows[0].Lang));
        Assert.Empty(rows[1].Labels);
        Assert.Equal((false, "b", "b:7"), (rows[1].Harm, rows[1].Source, rows[1].Ref));
    }

    [Fact]
    public void Read_Conditions_MustAllHold()
    {
        var path = Write("rows.jsonl", Two);

        Assert.Equal(["s1"], LabelledFile.Read(path, [new("kind", ["positive", "labelled"])]).Select(row => row.Id));
        Assert.Empty(LabelledFile.Read(path, [new("kind", ["labelled"]), new("split", ["dev"])]));
    }

    [Fact]
    public void Read_Gzip_IsUnpacked() => Assert.Equal(2, LabelledFile.Read(WriteGzip("rows.jsonl.gz", Two, cut: 0), []).Count());

    [Fact]
    public void Read_GzipCutOff_SaysSoAfterTheWholeRows()
    {
        var many = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{{\"id\":\"a:{i}\",\"text\":\"{StableHash.Of("x", i)}\",\"harm\":0}}\n"));
        var read = 0;

        var error = Assert.Throws<CommandFailedException>(() =>
        {
            foreach (var row in LabelledFile.Read(WriteGzip("rows.jsonl.gz", many, cut: 2_000), []))
            {
                read++;
            }
        });

        Assert.InRange(read, 1, 4_999);
        Assert.Contains($"line {read + 1}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\":\"a:2\",\"text\":\"cut o", "broken or cut off")]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("{\"text\":\"no id\"}", "id: missing")]
    [InlineData("{\"id\":\"a:2\"}", "text: missing")]
    [InlineData("{\"id\":\"a:2\",\"text\":\"t\",\"harm\":2}", "harm:")]
    [InlineData("{\"id\":\"a:2\",\"text\":\"t\",\"labels\":\"hate\"}", "labels:")]
    public void Read_BrokenThirdLine_NamesLineAndFaultWithoutItsText(string line, string fault)
    {
        var path = Write("rows.jsonl", Two + line);

        var error = Assert.Throws<CommandFailedException>(() => LabelledFile.Read(path, []).ToArray());

        Assert.Contains("line 3", error.Message, StringComparison.Ordinal);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cut o\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidUtf8_NamesTheLine()
    {
        var path = Path.Combine(_folder, "bytes.jsonl");
        File.WriteAllBytes(path, [.. "{\"id\":\"a\",\"text\":\"t\"}\n{\"id\":\""u8, 0xFF, 0xFE, .. "\"}\n"u8]);

        Assert.Contains("line", Assert.Throws<CommandFailedException>(() => LabelledFile.Read(path, []).ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Parts_AreTheTexts()
    {
        var path = Write("rows.jsonl", "{\"id\":\"a\",\"parts\":[\"one\",{\"text\":\"two\"}]}\n");

        Assert.Equal(["one", "two"], Assert.Single(LabelledFile.Read(path, [])).Texts);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string WriteGzip(string name, string text, int cut)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, packed.ToArray()[..^cut]);
        return path;
    }
}
