using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>Dispositions as metric labels, without an allocation per item.</summary>
internal static class DispositionNames
{
    public static string Of(Disposition disposition) => disposition switch
    {
        Disposition.Queued => "queued",
        Disposition.Cleared => "cleared",
        Disposition.Duplicate => "duplicate",
        Disposition.Superseded => "superseded",
        Disposition.Withdrawn => "withdrawn",
        Disposition.Rejected => "rejected",
        _ => throw new InvalidOperationException($"Unknown disposition {(int)disposition}. This is a bug."),
    };
}
