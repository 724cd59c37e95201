using CsCheck;
using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.Accounting;

public sealed class AccountTests
{
    private static readonly RecordPosition First = new(0, 0);
    private static readonly RecordPosition Second = new(3, 17);

    [Fact]
    public void Close_EveryRecordOnce_Balances()
    {
        var report = Balanced(Enum.GetValues<Disposition>()).Close();

        Assert.True(report.IsBalanced);
        Assert.Equal(6, report.Content);
        Assert.All(report.Counts.Values, count => Assert.Equal(1, count));
        Assert.Equal(1, report.Reasons["empty"]);
    }

    [Fact]
    public void Close_RecordWithoutDisposition_IsNamed()
    {
        var account = Balanced([Disposition.Cleared]);
        account.AddContent(Second);

        AssertOnly(account, "records without a disposition", Second);
    }

    [Fact]
    public void Close_DispositionOfNoRecord_IsNamed()
    {
        var account = Balanced([Disposition.Cleared]);
        account.AddDisposition(Second, Disposition.Duplicate);

        AssertOnly(account, "dispositions of no record", Second);
    }

    [Fact]
    public void Close_DispositionTwice_IsNamedEvenWhenEqual()
    {
        var account = Balanced([Disposition.Duplicate]);
        account.AddDisposition(First, Disposition.Duplicate);

        AssertOnly(account, "records with two dispositions", First);
    }

    [Fact]
    public void Close_RejectedWithoutDeadLetter_IsNamed()
    {
        var account = Balanced([Disposition.Cleared]);
        account.AddContent(Second);
        account.AddDisposition(Second, Disposition.Rejected, "empty");

        AssertOnly(account, "rejected without a dead letter", Second);
    }

    [Fact]
    public void Close_DeadLetterOfARankedRecord_IsNamed()
    {
        var account = Balanced([Disposition.Cleared]);
        account.AddDeadLetter(First);

        AssertOnly(account, "dead letters of no rejection", First);
    }

    [Fact]
    public void Close_DeadLetterTwice_IsNamed()
    {
        var account = Balanced([Disposition.Rejected]);
        account.AddDeadLetter(First);

        AssertOnly(account, "dead letters written twice", First);
    }

    [Fact]
    public void Close_QueuedWithoutRankedRecord_IsNamed()
    {
        var account = Balanced([Disposition.Cleared]);
        account.AddContent(Second);
        account.AddDisposition(Second, Disposition.Queued);

        AssertOnly(account, "queued, cleared or withdrawn without a ranked record", Second);
    }

    [Fact]
    public void Close_RankedRecordOfADuplicate_IsNamed()
    {
        var account = Balanced([Disposition.Duplicate]);
        account.AddRanked(First, Disposition.Queued);

        AssertOnly(account, "ranked records of another disposition", First);
    }

    [Fact]
    public void Close_RankedTwice_IsNamed()
    {
        var account = Balanced([Disposition.Queued]);
        account.AddRanked(First, Disposition.Queued);

        AssertOnly(account, "ranked records written twice", First);
    }

    [Fact]
    public void Close_AnyBalancedStreamWithOneRecordLost_HasImbalanceOfThatRecord()
    {
        Gen.Select(Gen.Int[1, 6].Select(number => (Disposition)number).Array[1, 50], Gen.Int[0, 49]).Sample((dispositions, at) =>
        {
            var lost = new RecordPosition(at % 4, 1_000 + at);
            var account = Balanced(dispositions);
            Assert.True(account.Close().IsBalanced);

            account.AddContent(lost);

            Assert.Equal(1, account.Close().Imbalance);
        });
    }

    [Fact]
    public void Lines_Unbalanced_SayWhichPositions()
    {
        var account = Balanced([Disposition.Cleared]);
        account.AddContent(Second);

        Assert.Contains(account.Close().Lines(), line => line.Contains("1 records without a disposition: 3:17", StringComparison.Ordinal));
        Assert.Contains(account.Close().Lines(), line => line.Contains("DOES NOT BALANCE", StringComparison.Ordinal));
    }

    // One record of each disposition given, at offset 0, 1, … of partition 0.
    private static Account Balanced(IEnumerable<Disposition> dispositions)
    {
        var account = new Account();
        foreach (var (offset, disposition) in dispositions.Index())
        {
            var position = new RecordPosition(0, offset);
            account.AddContent(position);
            account.AddDisposition(position, disposition, disposition == Disposition.Rejected ? "empty" : "");
            if (disposition == Disposition.Rejected)
            {
                account.AddDeadLetter(position);
            }
            else if (disposition is Disposition.Queued or Disposition.Cleared or Disposition.Withdrawn)
            {
                account.AddRanked(position, disposition);
            }
        }

        return account;
    }

    private static void AssertOnly(Account account, string check, RecordPosition position)
    {
        var report = account.Close();

        Assert.False(report.IsBalanced);
        var found = Assert.Single(report.Checks, entry => entry.Positions.Count > 0);
        Assert.Equal(check, found.Name);
        Assert.Equal([position], found.Positions);
    }
}
