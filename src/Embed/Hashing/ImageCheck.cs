using Vigil.Contracts;

namespace Vigil.Embed.Hashing;

/// <summary>Says of bytes whether they are an image that can be used, before they are sent anywhere.</summary>
public static class ImageCheck
{
    /// <returns>Null where they are; else a reason of <see cref="UnreadableReason"/>.</returns>
    public static string? FaultOf(ReadOnlyMemory<byte> bytes)
    {
        var (_, unreadable) = PartReader.Read([new ImagePart(bytes, "")]);
        return unreadable is [var fault] ? fault.Reason : null;
    }
}
