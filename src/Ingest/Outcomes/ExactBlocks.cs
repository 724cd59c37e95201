namespace Vigil.Ingest;

/// <summary>
/// Arrays exactly as long as what is in them, since Kafka's client takes no others; one of each length. The client has copied an
/// array when Produce returns, so it then holds the next bytes of its length. For one thread.
/// </summary>
internal sealed class ExactBlocks
{
    // Longer ones are rare, and are not worth keeping in memory.
    private const int Longest = 2_048;

    private readonly byte[]?[] _blocks = new byte[]?[Longest + 1];

    /// <returns>Valid until the next call.</returns>
    public byte[] Copy(ReadOnlySpan<byte> bytes)
    {
        var block = bytes.Length <= Longest ? _blocks[bytes.Length] ??= new byte[bytes.Length] : new byte[bytes.Length];
        bytes.CopyTo(block);
        return block;
    }
}
