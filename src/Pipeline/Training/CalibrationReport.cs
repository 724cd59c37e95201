using Vigil.Pipeline.Evaluation;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>How well an output does on the dev rows that calibrate it.</summary>
/// <param name="CrossFittedError">Expected calibration error, each row judged by a calibrator that was fitted without it.</param>
/// <param name="StudiedError">The same on rows of the twelve studied sources; NaN without any.</param>
/// <param name="StudiedAloneError">The same, where they alone calibrate.</param>
internal sealed record OutputReport(
    string Output, int Rows, int Positives, double AveragePrecision, double CrossFittedError, double StudiedError, double StudiedAloneError, RankedLabels CrossFitted)
{
    /// <summary>
    /// The queue threshold to set: the lowest probability from which on a row violates at least as often as the policy's severity asks.
    /// The graver, the more false alarms are worth it: one in three at severity 10, one in ten at 3.
    /// </summary>
    public double ThresholdFor(double severity) => CrossFitted.ThresholdFor(1 - (severity / 30));
}

/// <summary>
/// Fits the calibrators on dev rows and judges them by cross-fitting. Every row counts the same: the replayed stream took most of the
/// benign rows out of the studied sources, so weighing those up would put every probability too high.
/// </summary>
internal sealed class CalibrationReport(IReadOnlyList<CorpusRow> rows, IReadOnlyList<string> sources, IReadOnlyList<string> outputs)
{
    private const int Folds = 5;
    private const int FoldPurpose = 4;

    /// <param name="logOdds">Rows × outputs, raw.</param>
    public (IReadOnlyList<Calibrator> Calibrators, IReadOnlyList<OutputReport> Reports) Fit(double[] logOdds)
    {
        var calibrators = new List<Calibrator>();
        var reports = new List<OutputReport>();
        for (var output = 0; output < outputs.Count; output++)
        {
            var known = Enumerable.Range(0, rows.Count).Where(row => Truth(row, output) is not null).ToArray();
            var raw = Array.ConvertAll(known, row => logOdds[(row * outputs.Count) + output]);
            var positive = Array.ConvertAll(known, row => Truth(row, output) == true);
            calibrators.Add(CalibrationFit.Fit(raw, positive));
            reports.Add(Report(outputs[output], known, raw, positive));
        }

        return (calibrators, reports);
    }

    private OutputReport Report(string output, int[] known, double[] raw, bool[] positive)
    {
        var crossFitted = CrossFit(known, raw, positive);
        var studied = Enumerable.Range(0, known.Length).Where(i => TrainingSources.Studied.Contains(sources[rows[known[i]].Source])).ToArray();
        var studiedPositive = Array.ConvertAll(studied, i => positive[i]);
        var alone = CrossFit(Array.ConvertAll(studied, i => known[i]), Array.ConvertAll(studied, i => raw[i]), studiedPositive);
        var order = new RankedLabels([.. raw.Select(value => (float)value)], positive);
        var all = new RankedLabels(crossFitted, positive);
        return new(
            output,
            known.Length,
            order.Positives,
            order.AveragePrecision(),
            all.CalibrationError(),
            new RankedLabels(Array.ConvertAll(studied, i => crossFitted[i]), studiedPositive).CalibrationError(),
            new RankedLabels(alone, studiedPositive).CalibrationError(),
            all);
    }

    /// <summary>Of each row the probability by a calibrator that was fitted on the other folds.</summary>
    private float[] CrossFit(int[] known, double[] raw, bool[] positive)
    {
        var probabilities = new float[known.Length];
        for (var fold = 0; fold < Folds; fold++)
        {
            var isOut = Array.ConvertAll(known, row => (int)(StableHash.Of(rows[row].Id, FoldPurpose) % Folds) == fold);
            var calibrator = CalibrationFit.Fit([.. raw.Where((_, i) => !isOut[i])], [.. positive.Where((_, i) => !isOut[i])]);
            for (var i = 0; i < known.Length; i++)
            {
                probabilities[i] = isOut[i] ? (float)calibrator.Probability(raw[i]) : probabilities[i];
            }
        }

        return probabilities;
    }

    private bool? Truth(int row, int output)
    {
        var of = rows[row];
        if (output == outputs.Count - 1)
        {
            return of.Harm < 0 ? null : of.Harm == 1;
        }

        var bit = 1 << output;
        return (of.Labels & bit) != 0 ? true : (of.Scope & bit) != 0 ? false : null;
    }
}
