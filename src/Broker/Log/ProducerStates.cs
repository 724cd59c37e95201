using Vigil.Broker.Protocol;

namespace Vigil.Broker.Log;

/// <summary>
/// What one partition knows of each producer: its epoch and its last five batches. So a batch sent twice is answered and
/// not written, a gap in the sequence is refused, and so is an epoch that was fenced.
/// </summary>
internal sealed class ProducerStates
{
    private const int Remembered = 5;

    private readonly Dictionary<long, State> _states = [];

    /// <summary>Whether the batch may be appended; a repeated one is <see cref="ErrorCode.None"/> with the offset it already has.</summary>
    public ErrorCode Check(in BatchHeader batch, out long? duplicateOf)
    {
        duplicateOf = null;
        if (!batch.HasProducer || !_states.TryGetValue(batch.ProducerId, out var state))
        {
            return ErrorCode.None;
        }

        if (batch.ProducerEpoch < state.Epoch)
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        if (batch.ProducerEpoch > state.Epoch)
        {
            return batch.BaseSequence == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        }

        foreach (var sent in state.Recent)
        {
            if (sent.First == batch.BaseSequence && sent.Last == batch.LastSequence)
            {
                duplicateOf = sent.Offset;
                return ErrorCode.None;
            }
        }

        var expected = state.Last is { } last ? Sequence.Add(last, 1) : 0;
        return batch.BaseSequence == expected ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
    }

    /// <summary>Learns a batch or marker that now stands in the log.</summary>
    public void Apply(in BatchHeader batch, long now)
    {
        if (!batch.HasProducer)
        {
            return;
        }

        if (!_states.TryGetValue(batch.ProducerId, out var state))
        {
            _states[batch.ProducerId] = state = new State { Epoch = batch.ProducerEpoch };
        }

        if (state.Epoch != batch.ProducerEpoch)
        {
            state.Epoch = batch.ProducerEpoch;
            state.Last = null;
            state.Recent.Clear();
        }

        state.LastSeen = now;
        if (batch.IsControl)
        {
            return;
        }

        state.Last = batch.LastSequence;
        state.Recent.Enqueue((batch.BaseSequence, batch.LastSequence, batch.BaseOffset));
        if (state.Recent.Count > Remembered)
        {
            state.Recent.Dequeue();
        }
    }

    /// <summary>Forgets producers that have been silent since before <paramref name="horizon"/>.</summary>
    public void Expire(long horizon, Predicate<long> hasOpenTransaction)
    {
        foreach (var (id, state) in _states)
        {
            if (state.LastSeen < horizon && !hasOpenTransaction(id))
            {
                _states.Remove(id);
            }
        }
    }

    private sealed class State
    {
        public short Epoch { get; set; }

        public int? Last { get; set; }

        public long LastSeen { get; set; }

        public Queue<(int First, int Last, long Offset)> Recent { get; } = new(Remembered);
    }
}
