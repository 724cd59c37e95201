using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Publishing;

/// <summary>
/// Lays the life of a platform over a file that holds each item once: reach, edits with and without revision numbers,
/// repeats and deletions of both kinds, the same for the same seed.
/// </summary>
internal sealed class Overlay(int seed)
{
    private const double WithReach = 0.3;
    private const double FollowedUp = 0.12;
    private const int LongestDistance = 400;

    private readonly Draw _draw = Draw.For(seed, "overlay");
    private readonly PriorityQueue<StreamRecord, (long Due, long Order)> _pending = new();
    private long _published;
    private long _order;

    public IEnumerable<StreamRecord> Over(IEnumerable<StreamRecord> records)
    {
        foreach (var record in records)
        {
            yield return Lay(record);
            _published++;
            // Every follow-up is due within LongestDistance records, which bounds what is pending.
            while (_pending.TryPeek(out _, out var next) && next.Due <= _published)
            {
                yield return _pending.Dequeue();
            }
        }

        while (_pending.TryDequeue(out var left, out _))
        {
            yield return left;
        }
    }

    private StreamRecord Lay(StreamRecord record)
    {
        if (record.Key is null || record.Value is null || record.Headers.Count > 0)
        {
            return record;
        }

        var content = Content.Parser.ParseFrom(record.Value);
        if (_draw.Chance(WithReach))
        {
            content.Reach = new() { ViewsPerHour = Math.Round(Math.Exp(_draw.Share() * 9)), Followers = _draw.Between(0, 20_000) };
        }

        var laid = record with { Value = content.ToByteArray() };
        if (_draw.Chance(FollowedUp))
        {
            FollowUp(laid, content);
        }

        return laid;
    }

    private void FollowUp(StreamRecord first, Content content)
    {
        var due = _published + _draw.Between(1, LongestDistance);
        switch (_draw.Between(0, 5))
        {
            case 0:
                Later(first, due);
                break;
            case 1:
                Later(Edited(first, content, revision: 0), due);
                break;
            case 2:
                Later(Edited(first, content, revision: 2), due);
                // Sent late: an older revision than the edit before it.
                Later(Edited(first, content, revision: 1), due + 1);
                break;
            case 3:
                Later(first with { Value = null }, due);
                break;
            case 4:
                Later(first with { Value = new Content { Id = content.Id, Deleted = true }.ToByteArray() }, due);
                break;
            default:
                var seenMore = content.Clone();
                seenMore.Reach = new() { ViewsPerHour = _draw.Between(100, 50_000) };
                Later(first with { Value = seenMore.ToByteArray() }, due);
                break;
        }
    }

    private StreamRecord Edited(StreamRecord first, Content content, long revision)
    {
        var edited = content.Clone();
        edited.Revision = revision;
        edited.Parts.Add(new Part { Text = $"edit {_draw.Between(1, 99)}" });
        return first with { Value = edited.ToByteArray() };
    }

    private void Later(StreamRecord record, long due) => _pending.Enqueue(record, (due, _order++));
}
