using Google.Protobuf;
using static Vigil.Ingest.Tests.TestRecords;

namespace Vigil.Ingest.Tests.Window;

public sealed class DuplicateWindowTests
{
    private readonly DuplicateWindow _window = new(100);

    [Fact]
    public void Judge_ByteForByteTheLatest_IsDuplicateOnlyAfterTheCommit()
    {
        Commit(At(0, Post("a")));

        Assert.Equal(WindowVerdict.Duplicate, Judge(At(1, Post("a"))));
        Assert.Equal(WindowVerdict.Fresh, Judge(At(1, Post("b"))));
    }

    [Fact]
    public void Judge_WithinOneBatch_LooksAtTheRecordsBefore()
    {
        var overlay = _window.Open(0);

        Assert.Equal(WindowVerdict.Fresh, _window.Judge(overlay, At(0, Post("a", revision: 2))));
        Assert.Equal(WindowVerdict.Duplicate, _window.Judge(overlay, At(1, Post("a", revision: 2))));
        Assert.Equal(WindowVerdict.Superseded, _window.Judge(overlay, At(2, Post("a", revision: 1))));
    }

    [Fact]
    public void Judge_AnEarlierOpenBatch_IsLookedUpInItsOverlay()
    {
        var first = _window.Open(0);
        _window.Judge(first, At(0, Post("a")));

        Assert.Equal(WindowVerdict.Duplicate, _window.Judge(_window.Open(0), At(1, Post("a"))));
    }

    [Fact]
    public void Discard_AfterAnAbort_TurnsNoRecordIntoItsOwnDuplicate()
    {
        // Two batches open, the first aborts: both are read again (worker.py P_early, P_overlay).
        var first = _window.Open(0);
        _window.Judge(first, At(0, Post("a")));
        var second = _window.Open(0);
        _window.Judge(second, At(1, Post("b")));
        _window.Discard(1);

        var again = _window.Open(1);
        Assert.Equal(WindowVerdict.Fresh, _window.Judge(again, At(0, Post("a"))));
        Assert.Equal(WindowVerdict.Fresh, _window.Judge(again, At(1, Post("b"))));
    }

    [Fact]
    public void Discard_WhileTheNextBatchIsStillComputed_ItsLateNotesAreSeenByNobody()
    {
        var second = _window.Open(0);
        _window.Discard(1);
        _window.Judge(second, At(5, Post("a")));
        var stale = _window.Open(0);
        _window.Judge(stale, At(6, Post("b")));

        var again = _window.Open(1);
        Assert.Equal(WindowVerdict.Fresh, _window.Judge(again, At(5, Post("a"))));
        Assert.Equal(WindowVerdict.Fresh, _window.Judge(again, At(7, Post("b"))));
    }

    [Fact]
    public void Judge_ReadAgainAfterACommitOfUnknownOutcome_IsNotItsOwnDuplicate()
    {
        // The commit landed in the window, the answer of the broker was lost and the worker resumes before it (P_noself).
        Commit(At(0, Post("a")));

        Assert.Equal(WindowVerdict.Fresh, Judge(At(0, Post("a"))));
    }

    [Fact]
    public void Drop_ThePartition_ForgetsItsEntriesAndNoOthers()
    {
        Commit(At(0, Post("a"), partition: 1));
        Commit(At(0, Post("a"), partition: 2));
        _window.Drop([1]);

        Assert.Equal(WindowVerdict.Fresh, Judge(At(1, Post("a"), partition: 1)));
        Assert.Equal(WindowVerdict.Duplicate, Judge(At(1, Post("a"), partition: 2)));
    }

    [Fact]
    public void Drop_WhileItsBatchIsComputed_TeachesNothingOfThatPartition()
    {
        var overlay = _window.Open(0);
        _window.Judge(overlay, At(0, Post("a"), partition: 1));
        _window.Drop([1]);
        _window.Judge(overlay, At(1, Post("b"), partition: 1));
        _window.Judge(overlay, At(0, Post("c"), partition: 2));
        _window.Commit(overlay);

        Assert.Equal((0, 1), (_window.Count(1), _window.Count(2)));
    }

    [Fact]
    public void Judge_AnotherPartition_IsNeverLookedAt()
    {
        Commit(At(0, Post("a", revision: 9), partition: 1));

        Assert.Equal(WindowVerdict.Fresh, Judge(At(0, Post("a", revision: 1), partition: 2)));
    }

    [Fact]
    public void Judge_SameRevisionWithAnotherText_IsAnEdit()
    {
        Commit(At(0, Post("a", "one")));
        Commit(At(1, Post("a", "two")));

        // Only the latest counts: going back to the first text is an edit too.
        Assert.Equal(WindowVerdict.Fresh, Judge(At(2, Post("a", "one"))));
        Assert.Equal(WindowVerdict.Duplicate, Judge(At(3, Post("a", "two"))));
    }

    [Fact]
    public void Judge_SameVersionWithNewReach_IsRankedAgain()
    {
        Commit(At(0, Post("a")));
        var more = Post("a");
        more.Reach = new() { Views = 1000 };

        Assert.Equal(WindowVerdict.Fresh, Judge(At(1, more)));
    }

    [Fact]
    public void Judge_LowerRevision_IsSupersededEvenWhereItWouldBeRejected()
    {
        Commit(At(0, Post("a", revision: 5)));

        Assert.Equal(WindowVerdict.Superseded, Judge(At(1, Post("a", "", revision: 4))));
        Assert.Equal(WindowVerdict.Fresh, Judge(At(2, Post("a", "", revision: 5))));
        Assert.Equal(WindowVerdict.Superseded, Judge(At(3, Post("a", revision: 4, deleted: true))));
    }

    [Fact]
    public void Judge_RejectedRecord_TeachesNothing()
    {
        var rejected = At(0, Post("a", "", revision: 8));
        Assert.Equal(DecodedKind.Rejected, rejected.Kind);
        Commit(rejected);

        Assert.Equal(WindowVerdict.Fresh, Judge(At(1, Post("a", "mended", revision: 8))));
        Assert.Equal(WindowVerdict.Fresh, Judge(At(2, Post("a", "mended", revision: 7))));
    }

    [Fact]
    public void Judge_NullValue_IsNeverSupersededNorDuplicateAndKeepsOlderRevisionsOut()
    {
        Commit(At(0, Post("a", revision: 5)));
        Assert.Equal(WindowVerdict.Fresh, Commit(Null(1)));
        Assert.Equal(WindowVerdict.Fresh, Commit(Null(2)));

        Assert.Equal(WindowVerdict.Superseded, Judge(At(3, Post("a", revision: 4))));
        Assert.Equal(WindowVerdict.Fresh, Judge(At(4, Post("a", revision: 5))));
    }

    [Fact]
    public void Judge_DeletedWithRevisionZero_IsNeverSupersededButKnownByteForByte()
    {
        Commit(At(0, Post("a", revision: 5)));
        Assert.Equal(WindowVerdict.Fresh, Commit(At(1, Post("a", deleted: true))));

        Assert.Equal(WindowVerdict.Duplicate, Judge(At(2, Post("a", deleted: true))));
        Assert.Equal(WindowVerdict.Superseded, Judge(At(3, Post("a", revision: 2))));
    }

    [Fact]
    public void Judge_SentAgainAfterADeletion_IsRanked()
    {
        Commit(At(0, Post("a")));
        Commit(Null(1));

        Assert.Equal(WindowVerdict.Fresh, Judge(At(2, Post("a"))));
    }

    [Fact]
    public void Commit_BeyondItsBound_ForgetsTheOldestId()
    {
        var window = new DuplicateWindow(2);
        foreach (var (id, offset) in new[] { ("a", 0L), ("b", 1L), ("a", 2L), ("c", 3L) })
        {
            var overlay = window.Open(0);
            window.Judge(overlay, ContentDecoder.Decode(Record(id, Post(id, $"text {offset}").ToByteArray(), offset: offset)));
            window.Commit(overlay);
        }

        Assert.Equal(2, window.Count(0));
        Assert.Equal(WindowVerdict.Duplicate, window.Judge(window.Open(0), ContentDecoder.Decode(Record("a", Post("a", "text 2").ToByteArray(), offset: 9))));
        Assert.Equal(WindowVerdict.Fresh, window.Judge(window.Open(0), ContentDecoder.Decode(Record("b", Post("b", "text 1").ToByteArray(), offset: 9))));
    }

    // Leaves no trace: the overlay is discarded again.
    private WindowVerdict Judge(DecodedRecord record)
    {
        var verdict = _window.Judge(_window.Open(0), record);
        _window.Discard(0);
        return verdict;
    }

    private WindowVerdict Commit(DecodedRecord record)
    {
        var overlay = _window.Open(0);
        var verdict = _window.Judge(overlay, record);
        _window.Commit(overlay);
        return verdict;
    }

    private static DecodedRecord At(long offset, Contracts.Wire.Content content, int partition = 0) =>
        ContentDecoder.Decode(Record(content.Id, content.ToByteArray(), partition, offset));

    private static DecodedRecord Null(long offset) => ContentDecoder.Decode(Record("a", null, 0, offset));
}
