namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>Where a record stands on <c>content</c>.</summary>
internal readonly record struct RecordPosition(int Partition, long Offset) : IComparable<RecordPosition>
{
    public int CompareTo(RecordPosition other) => (Partition, Offset).CompareTo((other.Partition, other.Offset));

    public override string ToString() => $"{Partition}:{Offset}";
}
