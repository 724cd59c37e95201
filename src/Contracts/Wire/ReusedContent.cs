using Google.Protobuf;

namespace Vigil.Contracts.Wire;

/// <summary>
/// Parses content into one message again and again, one of each thread, for those who map it and are done with it. Unknown fields
/// are dropped.
/// </summary>
public static class ReusedContent
{
    // A message that once held more keeps room for as much.
    private const int WorthKeeping = 64;

    [ThreadStatic]
    private static Content? Message;

    /// <summary>What it gives is valid until its next call on the same thread.</summary>
    public static MessageParser<Content> Parser { get; } = new MessageParser<Content>(Take).WithDiscardUnknownFields(true);

    /// <summary>Every field as in a new message.</summary>
    internal static void Clear(Content message)
    {
        (message.Id, message.Revision, message.Deleted, message.CreatedAt) = ("", 0, false, null);
        (message.Url, message.Surface, message.AuthorId, message.Lang) = ("", "", "", "");
        (message.Reach, message.Reports) = (null, 0);
        message.Parts.Clear();
        message.Attributes.Clear();
    }

    private static Content Take()
    {
        if (Message is not { } message || message.Parts.Count > WorthKeeping || message.Attributes.Count > WorthKeeping)
        {
            return Message = new();
        }

        Clear(message);
        return message;
    }
}
