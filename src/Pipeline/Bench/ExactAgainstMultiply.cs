using System.Globalization;
using Vigil.Pipeline.Configuration;
using Vigil.Rank.Policies;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// <c>recall.exact_vs_gemm</c>: the whole recall of a batch, as the worker calls it, against one matrix multiply of that batch
/// with the distinct vectors of the bank. One thread each, the same BLAS, in turn.
/// </summary>
internal sealed class ExactAgainstMultiply(BenchBank bank, int entries, int rounds, TimeProvider time, TextWriter progress)
{
    public static readonly string[] Names = ["recall.exact_vs_gemm", "recall.batch_ms", "recall.gemm_ms"];

    private const int Batch = 32;
    private const int Neighbours = 10;
    private const double Bound = 0.6;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(300);

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        if ((IndexBackend.NativeFailure ?? Blas.Failure) is { } failure)
        {
            return [BenchFigure.NotMeasured(Names[0], "1", BenchFigure.Higher, failure)];
        }

        await progress.WriteLineAsync($"building an index of {entries} entries");
        var indexed = bank.Entries(entries).ToList();
        using var snapshot = BankFollower.SnapshotOf(indexed, bank.Embedder, bank.Dimension, IndexBackend.Faiss, time);
        var vectors = indexed.SelectMany(entry => entry.Vectors).ToList();
        var matrix = new float[vectors.Count * bank.Dimension];
        for (var row = 0; row < vectors.Count; row++)
        {
            BenchBank.Write(vectors[row].Quantised.Span, matrix.AsSpan(row * bank.Dimension, bank.Dimension));
        }

        using var queries = bank.Queries(Batch);
        var rows = queries.Values.ToArray();
        var products = new float[Batch * vectors.Count];
        var policies = PolicyFiles.Load(VigilHome.Policies).Policies.Select(policy => policy.Id).ToList();
        var (recalls, multiplies) = Turns(
            () => Recaller.Search(queries, snapshot, policies, Neighbours).Dispose(),
            () => Blas.Multiply(rows, matrix, products, bank.Dimension),
            cancellation);
        return Figures(recalls, multiplies, vectors.Count, bank.Dimension, snapshot.Summary.Live);
    }

    private (List<double> Recalls, List<double> Multiplies) Turns(Action recall, Action multiply, CancellationToken cancellation)
    {
        List<double> recalls = [];
        List<double> multiplies = [];
        for (var round = -1; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (search, product) = (CpuPerCall(recall), CpuPerCall(multiply));
            if (round >= 0)
            {
                recalls.Add(search);
                multiplies.Add(product);
            }
        }

        return (recalls, multiplies);
    }

    // Processor time of this process, in which one thread works: other load on the machine counts little.
    private double CpuPerCall(Action call)
    {
        var start = time.GetTimestamp();
        var before = Environment.CpuUsage.TotalTime;
        var calls = 0;
        for (; calls == 0 || time.GetElapsedTime(start) < Round; calls++)
        {
            call();
        }

        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / calls;
    }

    private static IReadOnlyList<BenchFigure> Figures(List<double> recalls, List<double> multiplies, int distinct, int dimension, int live)
    {
        var flops = 2.0 * Batch * distinct * dimension / (BenchFigure.Median(multiplies) * 1e6);
        var conditions = string.Create(CultureInfo.InvariantCulture, $"{live} entries, {distinct} distinct vectors, batch of {Batch}, top {Neighbours} of each policy and side, one thread, CPU time, in turn; machine load {Machine.Load():0.0}");
        return
        [
            BenchFigure.OfRuns(Names[0], [.. multiplies.Zip(recalls, (multiply, recall) => multiply / recall)], "1", BenchFigure.Higher, Bound, $"time of one matrix multiply over time of the whole recall; {conditions}"),
            BenchFigure.OfRuns(Names[1], recalls, "ms", BenchFigure.Lower, null, "CPU of the whole recall of a batch"),
            BenchFigure.OfRuns(Names[2], multiplies, "ms", BenchFigure.Lower, null, string.Create(CultureInfo.InvariantCulture, $"CPU of one cblas_sgemm of the OpenBLAS that FAISS uses: {flops:0} GFLOP/s")),
        ];
    }
}
