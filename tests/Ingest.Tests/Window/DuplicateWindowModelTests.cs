using CsCheck;
using Google.Protobuf;
using Vigil.Contracts;
using static Vigil.Ingest.Tests.TestRecords;

namespace Vigil.Ingest.Tests.Window;

/// <summary>
/// A worker over two partitions that computes, commits, aborts, loses answers, loses partitions and is killed at random, against
/// plain oracles: every duplicate and superseded record has its reason committed before it, and what the queue would show is
/// what the log says.
/// </summary>
public sealed class DuplicateWindowModelTests
{
    private const int Partitions = 2;

    private static readonly Gen<Published> GenRecord = Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 9])
        .Select((id, revision, text, kind) => new Published("ab"[id].ToString(), revision, "xy"[text].ToString(), kind switch
        {
            0 => Kind.Null,
            1 => Kind.Deleted,
            2 => Kind.Rejected,
            _ => Kind.Post,
        }));

    private static readonly Gen<(Published[][] Logs, int[] Steps)> GenRun = Gen.Select(GenRecord.Array[6, 14].Array[Partitions], Gen.Int[0, 99].Array[0, 40]);

    [Fact]
    public void Window_AnyCourseOfAWorker_AgreesWithTheLog() => GenRun.Sample(
        run => new Course(run.Logs, _ => { }).Run(run.Steps),
        iter: 3_000);

    [Fact]
    public void Window_WithPlantedFaults_IsCaught()
    {
        // The same check must fall where the rules of design.md §5 are broken.
        Assert.ThrowsAny<Exception>(() => GenRun.Sample(run => new Course(run.Logs, course => course.KeepsOverlayAtAbort = true).Run(run.Steps), iter: 3_000));
        Assert.ThrowsAny<Exception>(() => GenRun.Sample(run => new Course(run.Logs, course => course.LearnsAtCompute = true).Run(run.Steps), iter: 3_000));
    }

    private enum Kind
    {
        Post,
        Deleted,
        Null,
        Rejected,
    }

    private sealed record Published(string Id, int Revision, string Text, Kind Kind);

    private sealed record Judged(int Partition, int Offset, DecodedRecord Record, WindowVerdict Verdict);

    private sealed class Course
    {
        private readonly Published[][] _logs;
        private readonly List<Judged>[] _committed = [.. Enumerable.Range(0, Partitions).Select(_ => new List<Judged>())];
        private readonly int[] _position = new int[Partitions];
        private readonly List<(List<Judged> Records, WindowOverlay Overlay)> _open = [];
        private DuplicateWindow _window = new(100);
        private long _epoch;

        public Course(Published[][] logs, Action<Course> plant)
        {
            _logs = logs;
            plant(this);
        }

        public bool KeepsOverlayAtAbort { get; set; }

        public bool LearnsAtCompute { get; set; }

        public void Run(int[] steps)
        {
            foreach (var step in steps)
            {
                Step(step % 10, step / 10);
            }

            while (_committed.Zip(_logs).Any(pair => pair.First.Count < pair.Second.Length))
            {
                Compute(3);
                Commit();
            }

            for (var partition = 0; partition < Partitions; partition++)
            {
                CheckReasons(_committed[partition]);
                CheckShown(partition, "a");
                CheckShown(partition, "b");
            }
        }

        private void Step(int action, int parameter)
        {
            switch (action)
            {
                case < 4:
                    Compute(1 + (parameter % 3));
                    break;
                case < 7:
                    Commit();
                    break;
                case 7:
                    Abort();
                    break;
                case 8 when parameter % 2 == 0:
                    LoseAnswer();
                    break;
                case 8:
                    Kill();
                    break;
                default:
                    Revoke(parameter % Partitions);
                    break;
            }
        }

        private void Compute(int count)
        {
            if (_open.Count == 2)
            {
                return;
            }

            var overlay = _window.Open(_epoch);
            var records = new List<Judged>();
            for (var i = 0; i < count * Partitions; i++)
            {
                var partition = i % Partitions;
                if (_position[partition] < _logs[partition].Length)
                {
                    var offset = _position[partition]++;
                    var record = Decode(_logs[partition][offset], partition, offset);
                    records.Add(new(partition, offset, record, _window.Judge(overlay, record)));
                }
            }

            if (LearnsAtCompute)
            {
                _window.Commit(overlay);
            }

            _open.Add((records, overlay));
        }

        private void Commit()
        {
            if (_open.Count > 0)
            {
                var (records, overlay) = _open[0];
                _open.RemoveAt(0);
                Land(records);
                _window.Commit(overlay);
            }
        }

        private void Abort()
        {
            if (!KeepsOverlayAtAbort)
            {
                _window.Discard(++_epoch);
            }

            Rewind();
        }

        // The commit lands, the worker does not learn of it.
        private void LoseAnswer()
        {
            if (_open.Count > 0)
            {
                Land(_open[0].Records);
                _window.Drop(_open[0].Records.Select(record => record.Partition).ToHashSet());
                _window.Discard(++_epoch);
                Rewind();
            }
        }

        private void Kill()
        {
            _window = new(100);
            _epoch = 0;
            Rewind();
        }

        // Revoked and assigned again: stripped from what is open, read again from its committed offset.
        private void Revoke(int partition)
        {
            _window.Drop([partition]);
            foreach (var (records, _) in _open)
            {
                records.RemoveAll(record => record.Partition == partition);
            }

            _position[partition] = _committed[partition].Count;
        }

        private void Rewind()
        {
            _open.Clear();
            for (var partition = 0; partition < Partitions; partition++)
            {
                _position[partition] = _committed[partition].Count;
            }
        }

        private void Land(List<Judged> records)
        {
            foreach (var record in records)
            {
                Assert.Equal(_committed[record.Partition].Count, record.Offset);
                _committed[record.Partition].Add(record);
            }
        }

        private static void CheckReasons(List<Judged> committed)
        {
            foreach (var (record, i) in committed.Select((record, i) => (record, i)))
            {
                var kept = committed.Take(i).Where(before => before.Record.ContentId == record.Record.ContentId && IsKept(before)).ToList();
                if (record.Verdict == WindowVerdict.Duplicate)
                {
                    Assert.Equal(kept.Last().Record.Payload, record.Record.Payload);
                }
                else if (record.Verdict == WindowVerdict.Superseded)
                {
                    Assert.Contains(kept, before => before.Record.Version.Revision > record.Record.Version.Revision);
                }
            }
        }

        private void CheckShown(int partition, string id)
        {
            var log = _logs[partition].Select((published, offset) => Decode(published, partition, offset)).Where(record => record.ContentId == id).ToList();
            var kept = _committed[partition].Where(record => record.Record.ContentId == id && IsKept(record)).Select(record => record.Record);
            Assert.Equal(Shown(log), Shown(kept));
        }

        private static bool IsKept(Judged record) => record.Verdict == WindowVerdict.Fresh && record.Record.Kind != DecodedKind.Rejected;

        private static (long Revision, Sha256Digest Payload, DecodedKind Kind)? Shown(IEnumerable<DecodedRecord> records)
        {
            (long Revision, Sha256Digest Payload, DecodedKind Kind)? shown = null;
            var highest = 0L;
            foreach (var record in records.Where(record => record.Kind != DecodedKind.Rejected))
            {
                var revision = record.CoversEverythingEarlier ? highest : record.Version.Revision;
                highest = Math.Max(highest, revision);
                if (shown is null || revision >= shown.Value.Revision)
                {
                    shown = (revision, record.Payload, record.Kind);
                }
            }

            return shown;
        }

        private static DecodedRecord Decode(Published published, int partition, int offset) => ContentDecoder.Decode(published.Kind == Kind.Null
            ? Record(published.Id, null, partition, offset)
            : Record(
                published.Id,
                Post(published.Id, published.Kind == Kind.Rejected ? "" : published.Text, published.Revision, published.Kind == Kind.Deleted).ToByteArray(),
                partition,
                offset));
    }
}
