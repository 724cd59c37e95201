namespace Vigil.Recall.Native;

/// <summary>A failure reported by FAISS or by the code around it.</summary>
/// <param name="code">-2 FAISS, -3 the C++ library, -4 memory, -1 anything else.</param>
public sealed class FaissException(int code, string message) : Exception($"FAISS: {message} (code {code})")
{
    public int Code { get; } = code;
}
