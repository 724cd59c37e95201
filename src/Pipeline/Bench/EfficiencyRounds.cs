using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Ingest;
using Vigil.Pipeline.Configuration;
using Vigil.Rank.Policies;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <summary>The worker's round, and what encoder and exact search alone take for the same texts.</summary>
internal sealed record EfficiencyRound(LaneRound Worker, double BaselinePerCpuSecond, double BaselinePerSecond)
{
    public double Efficiency => Worker.PerCpuSecond / BaselinePerCpuSecond;

    public double WallEfficiency => Worker.PerSecond / BaselinePerSecond;

    /// <summary>CPU of an item beyond the baseline's.</summary>
    public double OverheadMilliseconds => 1_000 * ((1 / Worker.PerCpuSecond) - (1 / BaselinePerCpuSecond));
}

/// <summary>The whole worker against its encoder and exact search alone, in one run, A B B A.</summary>
internal sealed class EfficiencyRounds(BenchStand stand, BenchLane lane, int rounds)
{
    // Two costs of milliseconds are told apart here by a tenth of one, on machines whose speed wavers by as much.
    private const int Least = 7;

    private static readonly TimeSpan Calibration = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<double> _multiply = [];
    private readonly List<EfficiencyRound> _rounds = [];

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        var loadBefore = Machine.Load();
        using var multiply = new MatrixMultiply();
        using var encoder = OnnxEncoder.Load(Path.Combine(VigilHome.Path, new EmbedOptions().Folder), new());
        using var bank = new Bank(stand.Time);
        using var searching = new ModelThreads("bench-search", new BankOptions().EffectiveSearchThreads);
        bank.Publish(BankFollower.SnapshotOf(stand.Bank.Entries(BenchStand.BankEntries), encoder.Hash, encoder.Dimension, IndexBackend.Choose(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance), stand.Time));
        var policies = PolicyFiles.Load(VigilHome.Policies).Policies.Select(policy => policy.Id).ToList();
        var baseline = new Baseline(encoder, bank, searching, policies, new IngestOptions().BatchRecords);

        // Warm-up: both sides, not counted.
        await lane.RoundAsync(stand.Texts, cancellation);
        baseline.Run(stand.Texts.Texts, cancellation);
        await CheckSameEncoderAsync(baseline, cancellation);
        var wanted = Math.Max(rounds, Least);
        while (_rounds.Count < wanted)
        {
            _multiply.Add(multiply.BestRate(Calibration, stand.Time));
            _rounds.Add(await RoundAsync(baseline, workerFirst: _rounds.Count % 2 == 0, cancellation));
            await stand.Progress.WriteLineAsync(PipelineFigures.Line(_rounds[^1], _rounds.Count, wanted));
        }

        return PipelineFigures.Efficiency(_rounds, _multiply, new(stand.Texts, bank.Summary, loadBefore, Machine.Load()));
    }

    private async Task<EfficiencyRound> RoundAsync(Baseline baseline, bool workerFirst, CancellationToken cancellation)
    {
        var first = workerFirst ? await lane.RoundAsync(stand.Texts, cancellation) : null;
        var (perCpuSecond, perSecond) = Rates(baseline, cancellation);
        return new(first ?? await lane.RoundAsync(stand.Texts, cancellation), perCpuSecond, perSecond);
    }

    private (double PerCpuSecond, double PerSecond) Rates(Baseline baseline, CancellationToken cancellation)
    {
        var before = Environment.CpuUsage.TotalTime;
        var start = stand.Time.GetTimestamp();
        baseline.Run(stand.Texts.Texts, cancellation);
        var count = stand.Texts.Texts.Count;
        return (count / (Environment.CpuUsage.TotalTime - before).TotalSeconds, count / stand.Time.GetElapsedTime(start).TotalSeconds);
    }

    // A worker that ranks by hashes alone would look many times faster than its own encoder.
    private async Task CheckSameEncoderAsync(Baseline baseline, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (lane.Reader.Embedder.Length == 0)
        {
            await Task.Delay(Look, stand.Time, patience.Token);
        }

        if (lane.Reader.Embedder != baseline.EncoderHash)
        {
            throw new CommandFailedException($"The worker ranks with embedder '{lane.Reader.Embedder}', the baseline with '{baseline.EncoderHash}': nothing can be compared.");
        }
    }
}
