using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Recall;

/// <summary>State of an entry as its record says. An entry without one, or with one that cannot be read, is inert.</summary>
/// <param name="Until">Until when it holds, in UTC ticks.</param>
internal readonly record struct EntryState(BankState.Types.State State, long Until)
{
    public const string Inert = "inert";
    public const string Expired = "expired";

    public static EntryState None { get; } = new(BankState.Types.State.Unspecified, long.MaxValue);

    /// <summary>Null where the value cannot be read.</summary>
    public static EntryState? Read(byte[] value)
    {
        try
        {
            var wire = BankState.Parser.ParseFrom(value);
            return Enum.IsDefined(wire.State)
                ? new(wire.State, wire.ExpiresAt?.ToDateTimeOffset().UtcTicks ?? long.MaxValue)
                : null;
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidOperationException)
        {
            // The second: a timestamp outside the calendar.
            return null;
        }
    }

    /// <summary>Until when an entry in this state matches; 0: it does not.</summary>
    public long MatchesUntil(long nowTicks) => State == BankState.Types.State.Live && Until > nowTicks ? Until : 0;

    /// <summary>The name in metrics and lists.</summary>
    public string NameAt(long nowTicks) => State switch
    {
        BankState.Types.State.Unspecified => Inert,
        BankState.Types.State.Live when Until <= nowTicks => Expired,
        _ => State.ToString().ToLowerInvariant(),
    };
}

/// <summary>What is known under one entry id: its content and its state, in whatever order they come.</summary>
internal sealed class FollowedEntry
{
    public StoredEntry? Entry { get; set; }

    public EntryState State { get; set; } = EntryState.None;

    /// <summary>Until when it matches in the snapshots to come; 0 while it does not.</summary>
    public long MatchingUntil { get; set; }

    /// <summary>Where its vectors lie; null without vectors or while it does not match.</summary>
    public PlacedEntry? Placed { get; set; }

    /// <summary>The name it is counted under.</summary>
    public string? CountedAs { get; set; }

    public bool IsNothing => Entry is null && State == EntryState.None;
}
