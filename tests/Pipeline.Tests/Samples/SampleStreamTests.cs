using System.Text;
using Vigil.Contracts;
using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Samples;

public sealed class SampleStreamTests
{
    private static readonly IReadOnlyList<Sample> Stream = SampleStream.Generate(SampleStream.DefaultSeed);

    [Fact]
    public void Generate_DefaultSeed_EqualsTheCommittedFiles()
    {
        var committed = SampleFiles.Read(Path.Combine(Repository.Root, "samples"));

        Assert.Equal(Stream.Select(Line), committed.Select(Line));
        Assert.Equal(Stream.Select(sample => sample.Expected), committed.Select(sample => sample.Expected));
    }

    [Fact]
    public void Generate_OtherSeed_IsAnotherStream()
    {
        Assert.NotEqual(Stream.Select(Line), SampleStream.Generate(SampleStream.DefaultSeed + 1).Select(Line));
    }

    [Fact]
    public void Generate_AnySeed_HoldsEveryOutcomeAndEveryReason()
    {
        string[] reasons = [.. typeof(RejectReason).GetFields().Select(field => (string)field.GetRawConstantValue()!)];
        string[] outcomes = [Expectation.Ranked, Expectation.Duplicate, Expectation.Superseded, Expectation.Withdrawn, Expectation.Rejected];

        Assert.Equal(reasons.Order(), Stream.Select(sample => sample.Expected.Reason).Where(reason => reason.Length > 0).Distinct().Order());
        Assert.Equal(outcomes.Order(), Stream.Select(sample => sample.Expected.Outcome).Distinct().Order());
    }

    [Fact]
    public void Generate_RecordsThatMustDecode_Decode()
    {
        string[] decidedLater =
        [
            "", RejectReason.NoId, RejectReason.IdTooLong, RejectReason.KeyMismatch, RejectReason.Empty,
            RejectReason.TooManyParts, RejectReason.TextTooLong, RejectReason.RecordTooLarge,
        ];
        foreach (var sample in Stream.Where(sample => sample.Record.Value is not null))
        {
            string? Header(string name) => sample.Record.Headers.LastOrDefault(header => header.Key == name).Value;
            var (message, reason) = PublishedMessage.Parse(
                Contracts.Wire.Content.Parser,
                Contracts.Wire.Content.Descriptor,
                sample.ToPublish().Value,
                Header(WireHeaders.ContentType),
                Header(WireHeaders.Schema));

            Assert.Equal(decidedLater.Contains(sample.Expected.Reason) ? null : sample.Expected.Reason, reason);
            Assert.Equal(reason is null, message is not null);
        }
    }

    [Fact]
    public void Generate_NewPosts_HaveIdsOfTheirOwn()
    {
        var ranked = Stream.Where(sample => sample.Expected.Outcome == Expectation.Ranked && sample.Record.Key is not null)
            .GroupBy(sample => Encoding.UTF8.GetString(sample.Record.Key!))
            .Select(id => id.Count());

        // Three versions at most, as the scenes write them: more would be two posts under one id.
        Assert.InRange(ranked.Max(), 1, 3);
    }

    [Fact]
    public void RecordLine_EveryRecord_IsReadBackByteForByte()
    {
        foreach (var sample in Stream)
        {
            var (record, paddedTo) = SampleFiles.ParseRecord(Line(sample));

            Assert.Equal(sample.Record.Key, record.Key);
            Assert.Equal(sample.Record.Value, record.Value);
            Assert.Equal(sample.Record.Headers, record.Headers);
            Assert.Equal(sample.PaddedTo, paddedTo);
        }
    }

    [Fact]
    public void ToPublish_Padded_IsAsLongAsSaid()
    {
        var padded = Stream.First(sample => sample.PaddedTo > 0);

        Assert.Equal(padded.PaddedTo, padded.ToPublish().Value!.Length);
    }

    private static string Line(Sample sample) => Encoding.UTF8.GetString(SampleFiles.RecordLine(sample));
}
