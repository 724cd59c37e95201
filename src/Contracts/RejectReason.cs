namespace Vigil.Contracts;

/// <summary>Why a record became a dead letter; the names publishers see in <c>status</c> and <c>vigil-reason</c>.</summary>
public static class RejectReason
{
    public const string Undecodable = "undecodable";
    public const string EmptyValue = "empty_value";
    public const string Schema = "schema";
    public const string RegistryFrame = "registry_frame";
    public const string NoId = "no_id";
    public const string IdTooLong = "id_too_long";
    public const string KeyMismatch = "key_mismatch";
    public const string Empty = "empty";
    public const string TooManyParts = "too_many_parts";
    public const string TextTooLong = "text_too_long";
    public const string RecordTooLarge = "record_too_large";

    public static IReadOnlyList<string> All { get; } =
        [Undecodable, EmptyValue, Schema, RegistryFrame, NoId, IdTooLong, KeyMismatch, Empty, TooManyParts, TextTooLong, RecordTooLarge];
}

/// <summary>Why a part could not be read; the item is ranked without it.</summary>
public static class UnreadableReason
{
    public const string NotAnImage = "not_an_image";
    public const string ImageTooLarge = "image_too_large";
    public const string Pixels = "pixels";
}
