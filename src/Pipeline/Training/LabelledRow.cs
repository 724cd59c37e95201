namespace Vigil.Pipeline.Training;

/// <summary>A row of a labelled data set. Label fields never reach the pipeline.</summary>
/// <param name="Labels">Policies that it violates; empty also for annotated benign rows.</param>
/// <param name="Scope">Policies whose absence in <paramref name="Labels"/> means something; the others are unknown.</param>
/// <param name="Harm">Any violation, annotated benign, or null: unknown.</param>
/// <param name="Source">The field of that name, or the prefix of ref.</param>
/// <param name="Ref">The row this is a copy of, or its own id.</param>
internal sealed record LabelledRow(
    string Id,
    IReadOnlyList<string> Texts,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Scope,
    bool? Harm,
    string Source,
    string Split,
    string Lang,
    string Ref)
{
    /// <summary>Whether the row violates the policy; null: unknown.</summary>
    public bool? Violates(string policy) => Labels.Contains(policy) ? true : Scope.Contains(policy) ? false : null;
}
