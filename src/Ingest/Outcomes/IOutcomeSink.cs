namespace Vigil.Ingest;

/// <summary>The end of the flow: what a batch came to goes out, and its offsets count as read.</summary>
public interface IOutcomeSink : IDisposable
{
    /// <summary>Once, before the first batch.</summary>
    void Initialize();

    /// <returns>False when nothing was committed.</returns>
    bool Commit(OutcomeBatch computed);
}
