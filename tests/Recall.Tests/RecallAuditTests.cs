using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;

namespace Vigil.Recall.Tests;

public sealed class RecallAuditTests
{
    private const int Dimension = 16;
    private static readonly string[] Policies = ["hate", "scam"];

    private readonly Random _random = new(1);

    [Theory]
    [InlineData("faiss")]
    [InlineData("managed")]
    public void Consider_ExactIndex_FoundAll(string backend)
    {
        using var log = new BankLog(Dimension, Backend(backend));
        Fill(log, 200);
        log.PutState("hate-7", BankState.Types.State.Disabled);
        log.PutState("scam-8", BankState.Types.State.Live, expires: log.Time.GetUtcNow().AddMinutes(1));
        var bank = log.Next();
        log.Time.Advance(TimeSpan.FromMinutes(2));
        var audit = new RecallAudit(log.Time);

        using var queries = BankLog.Queries(Vectors.Random(_random, 5, Dimension));
        using var found = Recaller.Search(queries, bank, Policies, 10);
        audit.Consider(queries, bank, found);

        Assert.Equal(1, audit.Recall);
    }

    [Fact]
    public void Consider_EntryIsMissing_SaysWhichShareWasFound()
    {
        using var log = new BankLog(Dimension);
        Fill(log, 200);
        var bank = log.Next();
        var audit = new RecallAudit(log.Time);
        using var queries = BankLog.Queries(Vectors.Random(_random, Dimension));
        using var found = Recaller.Search(queries, bank, Policies, 10);

        // The nearest one goes, and the list is one shorter.
        var entries = found.Entries(0, 0, Side.Violation);
        entries[1..].CopyTo(entries);
        entries[^1] = -1;
        audit.Consider(queries, bank, found);

        // Two policies on one side of ten each.
        Assert.Equal(19.0 / 20, audit.Recall);
    }

    [Fact]
    public void Consider_WithinAMinute_LooksOnce()
    {
        using var log = new BankLog(Dimension);
        Fill(log, 20);
        var bank = log.Next();
        var audit = new RecallAudit(log.Time);
        using var queries = BankLog.Queries(Vectors.Random(_random, Dimension));
        using var found = Recaller.Search(queries, bank, Policies, 10);
        using var nothing = NeighbourBatch.Rent(1, Policies, 10, bank.Entries, bank.Version, "managed");
        audit.Consider(queries, bank, found);

        audit.Consider(queries, bank, nothing);
        Assert.Equal(1, audit.Recall);
        log.Time.Advance(TimeSpan.FromMinutes(1));
        audit.Consider(queries, bank, nothing);

        Assert.Equal(0, audit.Recall);
    }

    [Fact]
    public void Consider_NoQueryOrEmptyBank_IsNoFault()
    {
        using var log = new BankLog(Dimension);
        var bank = log.Next();
        var audit = new RecallAudit(log.Time);
        using var none = EmbeddingBatch.Rent(0, Dimension);
        using var nothing = Recaller.Search(none, bank, Policies, 10);
        audit.Consider(none, bank, nothing);
        Assert.Null(audit.Recall);

        using var queries = BankLog.Queries(Vectors.Random(_random, Dimension));
        using var found = Recaller.Search(queries, bank, Policies, 10);
        audit.Consider(queries, bank, found);
        Assert.Equal(1, audit.Recall);
    }

    private static IndexBackend Backend(string name) => name == "managed" ? IndexBackend.Managed : IndexBackend.Choose(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    private void Fill(BankLog log, int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            foreach (var policy in Policies)
            {
                // Every tenth is a text of two windows, every other one of both policies' sides.
                float[][] vectors = i % 10 == 0 ? Vectors.Random(_random, 2, Dimension) : [Vectors.Random(_random, Dimension)];
                log.PutLive(BankLog.Entry($"{policy}-{i}", Side.Violation, [policy], vectors));
            }
        }
    }
}
