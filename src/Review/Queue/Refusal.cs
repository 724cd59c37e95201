namespace Vigil.Review;

/// <summary>Why a call of a reviewer was not done. A refusal speaks only of this call.</summary>
public enum Refusal
{
    /// <summary>The queues are being rebuilt from the logs.</summary>
    Rebuilding,

    /// <summary>No such item, or nothing of the kind asked for on it.</summary>
    NotFound,

    /// <summary>The caller holds no lease on the item under that epoch.</summary>
    LeaseLost,

    /// <summary>The item was deleted by its publisher.</summary>
    Withdrawn,

    /// <summary>A decision under this lease is on its way.</summary>
    Deciding,

    /// <summary>Another verdict was recorded under this lease.</summary>
    DecidedOtherwise,

    TooManyLeases,

    /// <summary>The decision may or may not come to stand: repeat the call with the same Idempotency-Key.</summary>
    OutcomeOpen,

    /// <summary>The decision named does not stand, so there is nothing to undo.</summary>
    NotStanding,

    /// <summary>Decisions can be undone for 8 days.</summary>
    TooLate,

    /// <summary>Leads only.</summary>
    Forbidden,
}

/// <summary>A value, or why there is none.</summary>
public readonly record struct Reply<T>(T? Value, Refusal? Refused)
    where T : class
{
    public static implicit operator Reply<T>(T value) => new(value, null);

    public static implicit operator Reply<T>(Refusal refusal) => new(null, refusal);
}
