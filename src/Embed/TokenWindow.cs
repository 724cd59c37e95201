namespace Vigil.Embed;

/// <summary>A piece of a text, ready for the graph.</summary>
/// <param name="Start">First UTF-16 unit in the text as published.</param>
/// <param name="Length">UTF-16 units of the text as published; the ids are those of exactly this piece.</param>
/// <param name="Ids">Token ids, begin and end included; no padding.</param>
/// <param name="Unknown">How many of the ids stand for characters the encoder cannot read.</param>
public readonly record struct TokenWindow(int Start, int Length, ReadOnlyMemory<int> Ids, int Unknown);
