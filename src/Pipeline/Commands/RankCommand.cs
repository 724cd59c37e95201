using System.CommandLine;
using System.Globalization;
using Vigil.Contracts;
using Vigil.Pipeline.Evaluation;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Commands;

internal static class RankCommand
{
    public static Command Create() => new("rank", "Fits the ranker.") { CreateTrain() };

    private static Command CreateTrain()
    {
        var data = new Option<string>("--data") { Description = "Folder of labelled data sets (*.jsonl.gz)", DefaultValueFactory = _ => RankWorkshop.DefaultData };
        var output = new Option<string>("--out") { Description = "Folder to write", DefaultValueFactory = _ => RankWorkshop.DefaultRanker };
        var bank = new Option<string>("--bank") { Description = "Starter bank whose neighbours are learned from", DefaultValueFactory = _ => RankWorkshop.DefaultBank };
        var leftOut = new Option<string>("--leave-out") { Description = "Sources to train without and evaluate on: SOURCE,SOURCE", DefaultValueFactory = _ => "" };
        var wording = new Option<bool>("--wording-only") { Description = "N-gram heads alone, to compare with" };
        var command = new Command("train", "Fits the ranker on labelled rows; the same rows give the same ranker.") { data, output, bank, leftOut, wording };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => Train(
                parsed.GetValue(data)!,
                parsed.GetValue(bank)!,
                new(parsed.GetValue(output)!, parsed.GetValue(leftOut)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), parsed.GetValue(wording)),
                cancellation),
            cancellation));
        return command;
    }

    private static int Train(string data, string bankFolder, TrainingRequest request, CancellationToken cancellation)
    {
        var progress = new WorkProgress(TimeProvider.System);
        var policies = EvaluationRun.LoadPolicies();
        using var workshop = RankWorkshop.Open();
        var bank = workshop.LoadBank(bankFolder);
        progress.Say("reading data sets");
        var corpus = Corpus.LoadLabelled(data, TrainedPolicies.All, request.LeftOut);
        if (request.LeftOut.FirstOrDefault(source => !File.Exists(FileOf(data, source))) is { } unknown)
        {
            throw new CommandFailedException($"--leave-out {unknown}: no such data set in {data}");
        }

        var train = workshop.EmbedRows(corpus.Train, done => progress.Count("vectors of train rows", done, corpus.Train.Count), cancellation);
        var dev = workshop.EmbedRows(corpus.Dev, done => progress.Count("vectors of dev rows", done, corpus.Dev.Count), cancellation);
        using var snapshot = workshop.Snapshot(bank, request.LeftOut);
        var training = new RankTraining(corpus, train, dev, workshop.Embedder, bank.Manifest.Hash, snapshot, progress.Say);
        Print(training.Train(request, cancellation), policies);
        foreach (var source in request.LeftOut)
        {
            var evaluation = new EvaluationRequest([FileOf(data, source)], []);
            Console.Out.Write(EvaluationText.Write(EvaluationRun.Run(workshop, bank, request.Output, null, evaluation, progress, cancellation)));
        }

        return ExitCode.Done;
    }

    private static string FileOf(string data, string source) => Path.Combine(data, source + ".jsonl.gz");

    private static void Print(IReadOnlyList<OutputReport> reports, PolicySet policies)
    {
        Console.Out.WriteLine("dev rows that the replayed stream does not hold; calibration error (ECE) cross-fitted: of all of them, of the studied sources, of those where they alone calibrate");
        Console.Out.WriteLine("threshold: from which on 1 - severity / 30 of the rows violate");
        Console.Out.WriteLine($"{"",-11} {"rows",7} {"pos",6}  AUPRC    ECE  studied  alone  threshold");
        foreach (var report in reports)
        {
            var severity = policies.Policies.FirstOrDefault(policy => policy.Id == report.Output)?.Severity;
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Output,-11} {report.Rows,7} {report.Positives,6}  {report.AveragePrecision,5:0.000}  {report.CrossFittedError,5:0.000}  {report.StudiedError,7:0.000}  {report.StudiedAloneError,5:0.000}  {(severity is { } grave ? report.ThresholdFor(grave) : double.NaN),9:0.000}"));
        }
    }
}
