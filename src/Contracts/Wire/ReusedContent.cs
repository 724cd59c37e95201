using Google.Protobuf;

namespace Vigil.Contracts.Wire;

/// <summary>Parses content into one message again and again, one of each thread, for those who map it and are done with it.</summary>
public static class ReusedContent
{
    // A message that once held more keeps room for as much.
    private const int WorthKeeping = 64;

    [ThreadStatic]
    private static Content? Message;

    /// <summary>What it gives is valid until its next call on the same thread.</summary>
    /// <remarks>Unknown fields are read like any others: a parser that drops them lets wire types pass that do not exist.</remarks>
    public static MessageParser<Content> Parser { get; } = new(Take);

    private static Content Take()
    {
        if (Message is not { } message || message.Parts.Count > WorthKeeping || message.Attributes.Count > WorthKeeping)
        {
            return Message = new();
        }

        message.Clear();
        return message;
    }
}

/// <content>What the generated part lacks.</content>
public sealed partial class Content
{
    /// <summary>Every field as in a new message.</summary>
    internal void Clear()
    {
        (Id, Revision, Deleted, CreatedAt) = ("", 0, false, null);
        (Url, Surface, AuthorId, Lang) = ("", "", "", "");
        (Reach, Reports) = (null, 0);
        Parts.Clear();
        Attributes.Clear();
        _unknownFields = null;
    }
}
