using Vigil.Contracts;

namespace Vigil.Review;

/// <summary>Whether the original record of a version could be had, and else why not.</summary>
public enum ContentState
{
    Whole,

    /// <summary>The item was deleted by its publisher.</summary>
    Withdrawn,

    /// <summary>The logs hold no evidence of the item any more.</summary>
    Forgotten,

    /// <summary>The record is older than the retention of the content topic.</summary>
    Expired,

    /// <summary>The content topic was deleted and created again since.</summary>
    TopicRecreated,

    /// <summary>There is no record at that place.</summary>
    Missing,

    /// <summary>The record at that place is another item or another version.</summary>
    Mismatch,

    /// <summary>Kafka did not answer in time.</summary>
    Unavailable,

    /// <summary>Its queue is restricted, and that it is shown could not be written to the log.</summary>
    Withheld,
}

/// <param name="Item">The version held by the reviewer, or else the newest; null where nothing is known of it.</param>
/// <param name="Content">Set where the state is <see cref="ContentState.Whole"/>.</param>
public sealed record FoundContent(ContentState State, RankedItem? Item, Content? Content);
