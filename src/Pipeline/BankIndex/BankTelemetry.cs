using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Vigil.Pipeline.BankIndex;

/// <summary>What the bank role reports.</summary>
internal static class BankTelemetry
{
    private const string Name = "Vigil.Bank";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> RejectedRecords = Meter.CreateCounter<long>("vigil.bank.rejected", "{record}", "Records on bank that could not be used, by reason");
    private static readonly Counter<long> WrittenRecords = Meter.CreateCounter<long>("vigil.bank.indexed", "{record}", "Records written to bank-index");

    public static ActivitySource Source { get; } = new(Name);

    public static void Rejected(string reason) => RejectedRecords.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Written(int records) => WrittenRecords.Add(records);
}
