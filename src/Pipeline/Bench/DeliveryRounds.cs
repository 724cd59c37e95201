using System.Globalization;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Bench;

/// <summary>What exactly once costs on Apache Kafka: the worker with its transactions against the same one without.</summary>
internal sealed class DeliveryRounds(BenchStand stand, string? kafkaFolder, int rounds)
{
    public static readonly string[] Names = ["pipeline.eos_vs_at_least_once"];

    // The last transaction of a turn must end before its records can be read, which is no matter of the rate.
    private const int Times = 3;

    // Two rates that lie a few hundredths apart, on machines that waver by more.
    private const int Least = 9;
    private const int Spare = 8;

    // So that commits lie 100 to 250 ms apart.
    private static readonly string[] Settings = ["Ingest:BatchMilliseconds=150"];

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        if (ApacheKafka.FolderOf(kafkaFolder) is not { } folder)
        {
            return [NotMeasured("no Apache Kafka was found; name a folder that holds its run.sh by --kafka FOLDER")];
        }

        await stand.Progress.WriteLineAsync("starting Apache Kafka");
        using var data = new TemporaryFolder();
        try
        {
            var (kafka, bootstrap) = await ApacheKafka.StartAsync(folder, data.Below("kafka"), cancellation);
            await using (kafka)
            {
                return await MeasureAsync(bootstrap, cancellation);
            }
        }
        catch (CommandFailedException fault)
        {
            return [NotMeasured(fault.Message)];
        }
    }

    private async Task<IReadOnlyList<BenchFigure>> MeasureAsync(string bootstrap, CancellationToken cancellation)
    {
        await using var exactly = await stand.OpenLaneAsync(bootstrap, "exactly-once", BenchStand.BankEntries, cancellation);
        await exactly.AddWorkerAsync(Settings, new Dictionary<string, string>(), cancellation);
        await using var atLeast = await stand.OpenLaneAsync(bootstrap, "at-least-once", BenchStand.BankEntries, cancellation);
        await atLeast.AddWorkerAsync(Settings, new Dictionary<string, string> { [AtLeastOnceOutcomes.Variable] = "1" }, cancellation);
        var turns = new LaneTurns(stand, "exactly against at least once", times: Times, spare: Spare);
        await turns.TakeAsync(exactly, stand.Texts, atLeast, stand.Texts, Math.Max(rounds, Least), cancellation);
        return
        [
            BenchFigure.OfRuns(Names[0], turns.WallRatios, "1", BenchFigure.Higher, 0.95, string.Create(
                CultureInfo.InvariantCulture,
                $"items/s on Apache Kafka, one transaction a batch, over those with a flush and a commit of offsets a batch; batches sealed at 256 records or 150 ms; rounds during which the machine changed the least: {turns.Rates}; ratio per CPU-second {BenchFigure.Median(turns.CpuRatios):0.00}")),
        ];
    }

    private static BenchFigure NotMeasured(string why) => BenchFigure.NotMeasured(Names[0], "1", BenchFigure.Higher, why);
}
