namespace Vigil.Pipeline.Evaluation;

/// <summary>
/// Scores with what is true of each, highest first. Every measure can weigh rows by a count, which is how a bootstrap draws them;
/// rows of equal score are never told apart.
/// </summary>
internal sealed class RankedLabels
{
    private readonly float[] _scores;
    private readonly bool[] _positive;

    public RankedLabels(ReadOnlySpan<float> scores, ReadOnlySpan<bool> positive)
    {
        Order = [.. Enumerable.Range(0, scores.Length)];
        var keys = scores.ToArray();
        Array.Sort(keys, Order);
        Array.Reverse(Order);
        _scores = new float[scores.Length];
        _positive = new bool[scores.Length];
        for (var i = 0; i < Order.Length; i++)
        {
            _scores[i] = scores[Order[i]];
            _positive[i] = positive[Order[i]];
            Positives += _positive[i] ? 1 : 0;
        }
    }

    public int Count => _scores.Length;

    public int Positives { get; }

    /// <summary>For each rank the index of its row as it was given.</summary>
    public int[] Order { get; }

    /// <summary>Area under precision and recall by steps: the mean precision at the positives. NaN without positives.</summary>
    /// <param name="counts">How often each given row counts; empty: once.</param>
    public double AveragePrecision(ReadOnlySpan<int> counts = default)
    {
        double hits = 0, seen = 0, sum = 0;
        for (var i = 0; i < Count;)
        {
            var (hit, all) = TakeTie(ref i, counts);
            hits += hit;
            seen += all;
            sum += seen > 0 ? hit * hits / seen : 0;
        }

        return hits > 0 ? sum / hits : double.NaN;
    }

    /// <summary>Probability that a positive stands above a negative, ties counting half. NaN without both.</summary>
    public double RocArea(ReadOnlySpan<int> counts = default)
    {
        double hits = 0, misses = 0, area = 0;
        for (var i = 0; i < Count;)
        {
            var (hit, all) = TakeTie(ref i, counts);
            var miss = all - hit;
            area += miss * (hits + (hit / 2));
            hits += hit;
            misses += miss;
        }

        return hits > 0 && misses > 0 ? area / (hits * misses) : double.NaN;
    }

    /// <summary>Positives among the first <paramref name="rank"/>; of a tie across that rank the share that is expected.</summary>
    public double HitsWithin(double rank)
    {
        double hits = 0, seen = 0;
        for (var i = 0; i < Count && seen < rank;)
        {
            var (hit, all) = TakeTie(ref i, default);
            hits += hit * Math.Min(1, (rank - seen) / all);
            seen += all;
        }

        return hits;
    }

    public double PrecisionAt(int rank) => Count == 0 ? double.NaN : HitsWithin(Math.Min(rank, Count)) / Math.Min(rank, Count);

    /// <summary>Share of all positives that a review of the given share of rows finds.</summary>
    public double RecallAt(double budget) => Positives == 0 ? double.NaN : HitsWithin(budget * Count) / Positives;

    /// <summary>The recall of a perfect order.</summary>
    public double BestRecallAt(double budget) => Positives == 0 ? double.NaN : Math.Min(1, budget * Count / Positives);

    /// <summary>The lowest score from which on at least the given share of rows is positive; NaN: none is.</summary>
    public double ThresholdFor(double precision)
    {
        double hits = 0, seen = 0, lowest = double.NaN;
        for (var i = 0; i < Count;)
        {
            var score = _scores[i];
            var (hit, all) = TakeTie(ref i, default);
            hits += hit;
            seen += all;
            lowest = hits >= precision * seen ? score : lowest;
        }

        return lowest;
    }

    /// <summary>Expected calibration error of scores that are probabilities, over 15 bins of equal width.</summary>
    public double CalibrationError()
    {
        const int Bins = 15;
        Span<double> scores = stackalloc double[Bins];
        Span<double> hits = stackalloc double[Bins];
        scores.Clear();
        hits.Clear();
        for (var i = 0; i < Count; i++)
        {
            var bin = Math.Clamp((int)(_scores[i] * Bins), 0, Bins - 1);
            scores[bin] += _scores[i];
            hits[bin] += _positive[i] ? 1 : 0;
        }

        var error = 0.0;
        for (var bin = 0; bin < Bins; bin++)
        {
            error += Math.Abs(scores[bin] - hits[bin]);
        }

        return Count == 0 ? double.NaN : error / Count;
    }

    private (double Hits, double All) TakeTie(ref int rank, ReadOnlySpan<int> counts)
    {
        double hits = 0, all = 0;
        var score = _scores[rank];
        do
        {
            var count = counts.IsEmpty ? 1 : counts[Order[rank]];
            hits += _positive[rank] ? count : 0;
            all += count;
            rank++;
        }
        while (rank < Count && _scores[rank] == score);
        return (hits, all);
    }
}
