using System.IO.Compression;
using System.Text;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Publishing;

public sealed class ContentFileTests
{
    [Fact]
    public void ToRecord_WholeItem_CarriesContentAndNoLabel()
    {
        const string Line = """
            {"id":"x:1","ts":"2026-01-05T00:00:37.271","text":"the kettle is on","labels":["zzlabel"],"harm":1,"kind":"zzkind","ref":"zzref","lang":"en","scope":["zzscope"],"author":"ann","campaign":"zzcampaign"}
            """;

        var (record, problem) = ContentFile.ToRecord(Line);
        var content = Parse(record);

        Assert.Null(problem);
        Assert.Equal("x:1", Encoding.UTF8.GetString(record.Key!));
        Assert.Equal(("x:1", "en", "ann"), (content.Id, content.Lang, content.AuthorId));
        Assert.Equal("the kettle is on", Assert.Single(content.Parts).Text);
        Assert.Equal(new DateTime(2026, 1, 5, 0, 0, 37, 271), content.CreatedAt.ToDateTime());
        Assert.Empty(content.Attributes);
        Assert.DoesNotContain("zz", Encoding.UTF8.GetString(record.Value!), StringComparison.Ordinal);
    }

    [Fact]
    public void ToRecord_Parts_BecomeTextsAndImages()
    {
        var (record, _) = ContentFile.ToRecord("""{"id":"a","parts":[{"text":"one"},{"image":{"bytes":"AQI=","mime":"image/png"}}]}""");

        Assert.Equal([Part.KindOneofCase.Text, Part.KindOneofCase.Image], Parse(record).Parts.Select(part => part.KindCase));
    }

    [Theory]
    [InlineData("""{"id":"a","text":"cut""", "not valid JSON")]
    [InlineData("""["a"]""", "not a JSON object")]
    [InlineData("""{"id":7,"text":"x"}""", "'id' is not a text")]
    [InlineData("""{"id":"a","parts":"x"}""", "'parts' is not a list")]
    [InlineData("""{"id":"a","parts":[7]}""", "'parts' is not a list")]
    public void ToRecord_BrokenLine_IsPublishedAsItIsAndCannotDecode(string line, string expected)
    {
        var (record, problem) = ContentFile.ToRecord(line);

        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.Equal(line, Encoding.UTF8.GetString(record.Value!));
        Assert.Equal(RejectReason.Undecodable, PublishedMessage.Parse(Contracts.Wire.Content.Parser, Contracts.Wire.Content.Descriptor, record.Value, record.Headers[0].Value, null).Reason);
    }

    [Fact]
    public void Read_LineThatMakesTooLargeARecord_IsNamedAndLeftOut()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "large.jsonl");
        File.WriteAllLines(path, ["""{"id":"a","text":"before"}""", $$"""{"id":"b","text":"{{new string('x', 7_000_000)}}"}""", """{"id":"c","text":"after"}"""]);
        List<string> reported = [];

        var ids = ContentFile.Read(path, reported.Add).Select(record => Encoding.UTF8.GetString(record.Key!)).ToList();

        Assert.Equal(["a", "c"], ids);
        Assert.Contains("line 2: makes a record of", Assert.Single(reported), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileThatIsNotThere_SaysSoBeforeAnythingStarts() => Assert.Throws<CommandFailedException>(
        () => DemoStream.Open(new(Exit: true, Keep: false, "no-such-file.jsonl", OverlaySeed: null, Rate: 0, Limit: 0, Settings: []), _ => { }));

    [Fact]
    public void ToRecord_NoId_HasNoKey()
    {
        Assert.Null(ContentFile.ToRecord("""{"text":"x"}""").Record.Key);
    }

    [Fact]
    public void Read_BrokenLineInTheMiddle_NamesItsNumberAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "items.jsonl");
        File.WriteAllText(path, "{\"id\":\"a\",\"text\":\"one\"}\n\n{\"id\":\"b\",\n{\"id\":\"c\",\"text\":\"three\"}\n");
        List<string> reports = [];

        var records = ContentFile.Read(path, reports.Add).ToList();

        Assert.Equal(3, records.Count);
        Assert.Contains("line 3: not valid JSON", Assert.Single(reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GzipCutOff_DeliversWhatIsWholeAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "items.jsonl.gz");
        using (var zipped = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            for (var i = 0; i < 5_000; i++)
            {
                zipped.Write(Encoding.UTF8.GetBytes($"{{\"id\":\"item-{i * 7919}\",\"text\":\"one\"}}\n"));
            }
        }

        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);

        List<string> reports = [];
        List<string> cutOff = [];
        var read = ContentFile.Read(path, reports.Add, cutOff.Add).Count();

        Assert.InRange(read, 1, 4_999);
        Assert.Empty(reports);
        Assert.Contains($"cut off or damaged after line {read}", Assert.Single(cutOff), StringComparison.Ordinal);
        Assert.Throws<CommandFailedException>(() => ContentFile.Read(path, _ => { }).Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    public void Check_FileWithoutRecords_SaysSo(string text)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "items.jsonl");
        File.WriteAllText(path, text);

        Assert.Contains("holds no records", Assert.Throws<CommandFailedException>(() => ContentFile.Check(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToRecord_PartsOfTextsAlone_AreTaken()
    {
        var (record, problem) = ContentFile.ToRecord("""{"id":"a","parts":["one",{"text":"two"}]}""");

        Assert.Null(problem);
        Assert.Equal(["one", "two"], Parse(record).Parts.Select(part => part.Text));
    }

    [Theory]
    [InlineData("1767225600")]
    [InlineData("\"2026-01-01T00:00:00Z\"")]
    public void ToRecord_TimeAsSecondsOrText_IsTheSame(string time)
    {
        var (record, problem) = ContentFile.ToRecord($$"""{"id":"a","text":"one","ts":{{time}}}""");

        Assert.Null(problem);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Parse(record).CreatedAt.ToDateTime());
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("-5")]
    [InlineData("true")]
    public void ToRecord_TimeThatIsNone_IsNamedAndTheRestPublished(string time)
    {
        var (record, problem) = ContentFile.ToRecord($$"""{"id":"a","text":"one","ts":{{time}}}""");

        Assert.Contains("'ts'", problem, StringComparison.Ordinal);
        Assert.Equal(("a", null), (Parse(record).Id, Parse(record).CreatedAt));
    }

    [Fact]
    public void Read_MissingFile_SaysSo()
    {
        Assert.Contains("cannot be read", Assert.Throws<CommandFailedException>(() => ContentFile.Read("no-such.jsonl", _ => { }).ToList()).Message, StringComparison.Ordinal);
    }

    private static Contracts.Wire.Content Parse(StreamRecord record) => Contracts.Wire.Content.Parser.ParseFrom(record.Value);
}
