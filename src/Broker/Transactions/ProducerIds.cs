using Vigil.Broker.Log;

namespace Vigil.Broker.Transactions;

/// <summary>Hands out producer ids, each once ever: blocks are reserved in a file before they are used.</summary>
internal sealed class ProducerIds
{
    private const int Block = 1_000;

    private readonly Lock _lock = new();
    private readonly NumberFile _reserved;
    private long _next;
    private long _end;

    public ProducerIds(string dataFolder)
    {
        _reserved = new NumberFile(Path.Combine(dataFolder, "producer-ids"));
        _next = _end = _reserved.Read() ?? 0;
    }

    public long Next()
    {
        lock (_lock)
        {
            if (_next == _end)
            {
                _end += Block;
                _reserved.Write(_end);
            }

            return _next++;
        }
    }
}
