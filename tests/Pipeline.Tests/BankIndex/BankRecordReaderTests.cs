using System.Text;
using CsCheck;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;

namespace Vigil.Pipeline.Tests.BankIndex;

public sealed class BankRecordReaderTests
{
    private const long Most = 1 << 20;

    [Fact]
    public void Read_AnyChangeOfASoundRecord_IsAnEntryAStateOrAReason()
    {
        var entry = new BankEntry { Id = "moles", Side = Side.Violation, Policies = { "scam" }, Severity = 3, Part = new Part { Text = "the moles took my turnips" } };
        var state = new BankState { State = BankState.Types.State.Live, ExpiresAt = new() { Seconds = 1_767_225_600 } };
        IMessage[] sound = [entry, state];
        byte[][] valid = [.. sound.Select(message => message.ToByteArray()), .. sound.Select(message => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message)))];

        Gen.Select(HostileBytes.Near(valid), Gen.OneOf((string?)null, WireHeaders.Json), Gen.OneOf(null, "BankEntry/1", "BankState/1", "x")).Sample(
            (bytes, contentType, schema) =>
            {
                var record = new BankRecord("moles", bytes, contentType, schema, 0, 0);
                var (read, reason) = HostileBytes.Within(Most, () => BankRecordReader.ReadEntry(record, "moles"));
                Assert.NotEqual(read is null, reason is null);
                var (told, fault) = HostileBytes.Within(Most, () => BankRecordReader.ReadState(record));
                Assert.NotEqual(told is null, fault is null);
                Assert.True(told?.ExpiresAt is null || told.ExpiresAt.ToDateTimeOffset() != default);
            },
            iter: 3_000);
    }

    [Theory]
    [InlineData(long.MaxValue, 0)]
    [InlineData(-62_135_596_801, 0)]
    [InlineData(253_402_300_800, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public void ReadState_ExpiryOutsideTheCalendar_IsRefused(long seconds, int nanos)
    {
        var state = new BankState { State = BankState.Types.State.Live, ExpiresAt = new() { Seconds = seconds, Nanos = nanos } };

        var read = BankRecordReader.ReadState(new("moles", state.ToByteArray(), null, "BankState/1", 0, 0));

        Assert.Equal((null, BankRecordReader.State), read);
    }
}
