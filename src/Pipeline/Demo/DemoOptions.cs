namespace Vigil.Pipeline.Demo;

/// <summary>What `vigil demo` was asked for.</summary>
/// <param name="Exit">Run the stream to its end, check the account and end.</param>
/// <param name="Keep">Leave everything serving after the stream, with its addresses printed.</param>
/// <param name="Data">A content file in place of the shipped stream; null: the shipped one.</param>
/// <param name="OverlaySeed">Edits, deletions, repeats and reach over the data file; null: none.</param>
/// <param name="Rate">Records a second; 0: as fast as they are taken.</param>
/// <param name="Limit">Records at most; 0: all.</param>
/// <param name="Settings">For the roles; they win over the demo's own.</param>
internal sealed record DemoOptions(bool Exit, bool Keep, string? Data, int? OverlaySeed, double Rate, int Limit, IReadOnlyList<KeyValuePair<string, string?>> Settings);
