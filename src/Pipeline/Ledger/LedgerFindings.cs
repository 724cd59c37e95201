namespace Vigil.Pipeline.Ledger;

/// <summary>Records that are not accounted for: how many, and where the first of them stand.</summary>
internal sealed class LedgerFindings
{
    private const int Named = 5;

    private readonly List<string> _first = [];

    public long Count { get; private set; }

    public void Add(int partition, long offset)
    {
        Count++;
        if (_first.Count < Named)
        {
            _first.Add($"{partition}/{offset}");
        }
    }

    public void Clear()
    {
        Count = 0;
        _first.Clear();
    }

    /// <summary>Partition/offset of the first few, and how many there are.</summary>
    public override string ToString() => Count == 0 ? "none" : $"{Count} ({string.Join(", ", _first)}{(Count > _first.Count ? ", ..." : "")})";
}
