using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Review.Projection;

/// <param name="Bytes">For <see cref="PackedItem.Unpack"/>; begins with <paramref name="Reference"/>.</param>
/// <param name="Reference">Names <paramref name="Shared"/>, which thousands of items have in common: Redis holds it once.</param>
/// <param name="Shared">A ranked item with provenance and topic id alone.</param>
internal readonly record struct Packed(byte[] Bytes, byte[] Reference, byte[] Shared);

/// <summary>
/// A ranked item as Redis holds it, at about a third of its size: what many items have in common apart, what the projection
/// holds anyway (version, time of entry) and what no reviewer sees (timings, digests of texts) left out, the rest shortened
/// by what it shares with a dictionary.
/// Form: 8 bytes reference, 4 bytes length of the shortened part, the shortened part; scripts append the shared part to what they hand out.
/// </summary>
internal static class PackedItem
{
    public const int ReferenceLength = 8;

    private const string TextKind = "text";
    private const int HeadLength = ReferenceLength + sizeof(int);
    private static readonly byte[] Dictionary = PackDictionary.Make();
    private static readonly DictionaryCoder Coder = new(Dictionary);

    /// <summary>Changes with the dictionary: what was packed with another cannot be read.</summary>
    public static string DictionaryName { get; } = Convert.ToHexStringLower(SHA256.HashData(Dictionary).AsSpan(0, 4));

    /// <param name="item">Taken over: left without what is not kept.</param>
    public static Packed Pack(RankedItem item)
    {
        var shared = new RankedItem { Provenance = item.Provenance, Source = new() { TopicId = item.Source.TopicId } }.ToByteArray();
        item.Provenance = null;
        item.Source.TopicId = "";
        item.Version = null;
        item.EnqueuedMs = 0;
        item.Timings.Clear();
        foreach (var part in item.Parts)
        {
            part.Md5 = ByteString.Empty;
            part.Sha256 = part.Kind == TextKind ? ByteString.Empty : part.Sha256;
        }

        // Single precision is what the model works in; the other half of each number is noise that does not compress.
        foreach (var score in item.Scores)
        {
            score.Probability = (float)score.Probability;
        }

        foreach (var reason in item.Evidence?.Reasons ?? [])
        {
            reason.Contribution = (float)reason.Contribution;
        }

        var reference = SHA256.HashData(shared)[..ReferenceLength];
        var shortened = Coder.Shorten(item.ToByteArray());
        var bytes = new byte[HeadLength + shortened.Length];
        reference.CopyTo(bytes.AsSpan());
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(ReferenceLength), shortened.Length);
        shortened.CopyTo(bytes.AsSpan(HeadLength));
        return new(bytes, reference, shared);
    }

    /// <param name="bytes">As packed, with or without the shared part behind it.</param>
    public static RankedItem Unpack(ReadOnlySpan<byte> bytes, ContentVersion? version = null)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[ReferenceLength..]);
        var item = RankedItem.Parser.ParseFrom(Coder.Restore(bytes.Slice(HeadLength, length)));
        item.MergeFrom(bytes[(HeadLength + length)..].ToArray());
        item.Version = version?.ToWire();
        FiniteNumbers.Mend(item);
        return item;
    }
}
