namespace Vigil.Ingest;

/// <summary>A state in which the worker may not go on; the message says what an operator has to know. Never carries content.</summary>
public sealed class WorkerStoppedException : Exception
{
    public WorkerStoppedException(string message)
        : base(message)
    {
    }

    public WorkerStoppedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
