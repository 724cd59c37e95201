using Vigil.Contracts;
using Vigil.Embed.Hashing;
using Vigil.Pipeline.BankIndex;

namespace Vigil.Pipeline.Commands;

/// <summary>Why the bank role would refuse an entry, in words, before anything is sent.</summary>
internal static class ExemplarFault
{
    public static string? Of(Contracts.Wire.BankEntry entry) =>
        (BankRecordReader.IdFault(entry.Id) ?? BankRecordReader.EntryFault(entry, entry.Id) ?? ImageFault(entry.Part)) is { } reason
            ? $"the entry is not usable ({reason}): {InWords(reason)}"
            : null;

    private static string? ImageFault(Contracts.Wire.Part part) =>
        part.KindCase == Contracts.Wire.Part.KindOneofCase.Image ? ImageCheck.FaultOf(part.Image.Bytes.Memory) : null;

    private static string InWords(string reason) => reason switch
    {
        RejectReason.NoId => "the id is blank",
        RejectReason.IdTooLong => "the id has more than 256 bytes",
        BankRecordReader.ReservedId => "ids that end with #state or begin with starter# are kept for Vigil's own records",
        RejectReason.Empty => "the text or the image is empty",
        RejectReason.TextTooLong => "the text has more than 100,000 characters",
        BankRecordReader.Severity => "the severity is 1 to 10",
        UnreadableReason.NotAnImage => "the file is no image of a known format",
        UnreadableReason.ImageTooLarge => "the image has more than 3 MiB",
        UnreadableReason.Pixels => "the image has more than 50 megapixels",
        _ => "see the bank's schema",
    };
}
