using System.Text;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Vigil.Contracts.Wire;

namespace Vigil.Contracts.Tests.Wire;

/// <summary>What publishers and engineers may send, changed in any way: a message or a reason, never a fault of ours.</summary>
public sealed class PublishedMessageTests
{
    private const long Most = 1 << 20;
    private const long AfterTheLastDate = 253_402_300_800;

    private static readonly Gen<string?> ContentTypes = Gen.OneOf((string?)null, WireHeaders.Json, "application/x-protobuf");

    private static readonly HashSet<string?> Reasons = [RejectReason.Undecodable, RejectReason.EmptyValue, RejectReason.RegistryFrame];

    [Fact]
    public void Parse_AnyChangeOfContent_IsContentThatCanBeMappedOrAReason() => Sample(
        Contracts.Wire.Content.Parser,
        Contracts.Wire.Content.Descriptor,
        content => ContentDigest.Of(content.ToDomain()).ToString() + content.ToDomain().ToWire().CalculateSize(),
        Content(),
        new Contracts.Wire.Content { Id = "z", CreatedAt = new() { Seconds = AfterTheLastDate } });

    [Fact]
    public void Parse_AnyChangeOfABankEntry_IsAnEntryOrAReason() => Sample(
        BankEntry.Parser,
        BankEntry.Descriptor,
        entry => entry.Part?.ToDomain().ToString() ?? "",
        new BankEntry { Id = "moles", Side = Contracts.Wire.Side.Benign, Severity = 3, Policies = { "scam", "hate" }, Part = Content().Parts[0], Source = "people", Note = "mild" },
        new BankEntry { Id = "picture", Side = Contracts.Wire.Side.Violation, Policies = { "scam" }, Part = Content().Parts[1] });

    [Fact]
    public void Parse_AnyChangeOfABankState_IsAStateOrAReason() => Sample(
        BankState.Parser,
        BankState.Descriptor,
        state => state.State.ToString(),
        new BankState { State = BankState.Types.State.Live, ExpiresAt = new() { Seconds = 1_767_225_600 } });

    private static void Sample<T>(MessageParser<T> parser, MessageDescriptor descriptor, Func<T, string> use, params T[] sound)
        where T : class, IMessage<T>
    {
        byte[][] valid = [.. sound.Select(message => message.ToByteArray()), .. sound.Select(message => Json(message)).OfType<byte[]>()];
        Assert.All(valid, bytes => Assert.NotNull(PublishedMessage.Parse(parser, descriptor, bytes, null, null).Message));
        Gen.Select(HostileBytes.Near(valid), ContentTypes).Sample(
            (bytes, contentType) =>
            {
                var reason = HostileBytes.Within(Most, () =>
                {
                    var (message, fault) = PublishedMessage.Parse(parser, descriptor, bytes, contentType, null);
                    return message is null ? fault : use(message) is null ? "nothing" : null;
                });
                Assert.True(reason is null || Reasons.Contains(reason), reason);
            },
            iter: 3_000);
    }

    /// <summary>Null for a time that no date has, which JSON cannot say.</summary>
    private static byte[]? Json(IMessage message)
    {
        try
        {
            return Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message));
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static Contracts.Wire.Content Content()
    {
        var content = new Contracts.Wire.Content
        {
            Id = "a",
            Revision = 12,
            CreatedAt = new() { Seconds = 1_767_225_600, Nanos = 5 },
            Url = "https://example.org/a",
            Surface = "post",
            AuthorId = "ann",
            Lang = "en",
            Reach = new() { Views = 3, ViewsPerHour = 2.5, Followers = 40 },
            Reports = 2,
        };
        content.Parts.Add(new Contracts.Wire.Part { Text = "mild words, \ud83d\ude00 among them" });
        content.Parts.Add(new Contracts.Wire.Part { Image = new() { Bytes = ByteString.CopyFromUtf8("no picture"), Mime = "image/png" } });
        content.Attributes.Add("key", "value");
        return content;
    }
}
