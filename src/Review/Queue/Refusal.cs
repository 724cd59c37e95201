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

    /// <summary>The lease has ended with another decision of the caller.</summary>
    AlreadyDecided,

    /// <summary>The Idempotency-Key was sent before, with another body.</summary>
    KeyReused,

    TooManyLeases,

    /// <summary>The decision may or may not come to stand: repeat the call with the same Idempotency-Key.</summary>
    OutcomeOpen,

    /// <summary>No decision stands that the call could take back.</summary>
    NothingToUndo,

    /// <summary>No decision stands that could be judged again.</summary>
    NothingStands,

    /// <summary>The item is being judged again already.</summary>
    AlreadyOpen,

    /// <summary>Decisions can be undone for 8 days.</summary>
    TooLate,

    /// <summary>Leads only.</summary>
    Forbidden,

    /// <summary>No policy and no item has a queue of that name.</summary>
    UnknownQueue,
}

/// <summary>A value, or why there is none.</summary>
public readonly record struct Reply<T>(T? Value, Refusal? Refused)
    where T : class
{
    public static implicit operator Reply<T>(T value) => new(value, null);

    public static implicit operator Reply<T>(Refusal refusal) => new(null, refusal);
}
