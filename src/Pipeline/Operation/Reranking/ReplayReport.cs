namespace Vigil.Pipeline.Operation.Reranking;

/// <summary>What a replay did with the records of its range.</summary>
internal sealed class ReplayReport
{
    public int Queued { get; set; }

    public int Cleared { get; set; }

    /// <summary>Ranked again, and now on the other side of the thresholds.</summary>
    public int QueuedToCleared { get; set; }

    public int ClearedToQueued { get; set; }

    /// <summary>Newer versions beyond the range that came while an older one was ranked again; they were ranked once more too.</summary>
    public int Followed { get; set; }

    /// <summary>A newer version counts, or a deletion.</summary>
    public int NotCurrent { get; set; }

    /// <summary>Rejected, a duplicate, an older revision; or no worker has been there yet.</summary>
    public int NotRanked { get; set; }

    /// <summary>The models failed on it: its ranking stays as it was.</summary>
    public List<string> Failed { get; } = [];

    public int Reranked => Queued + Cleared;
}
