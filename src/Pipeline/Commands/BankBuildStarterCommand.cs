using System.CommandLine;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Commands;

internal static class BankBuildStarterCommand
{
    /// <summary>The sub-command <c>build-starter</c> of <c>vigil bank</c>.</summary>
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Folder of labelled data sets (*.jsonl.gz)", DefaultValueFactory = _ => RankWorkshop.DefaultData };
        var output = new Option<string>("--out") { Description = "Folder to write", DefaultValueFactory = _ => RankWorkshop.DefaultBank };
        var command = new Command("build-starter", "Chooses exemplars from permissively licensed train rows; keeps vectors and hashes, no text.") { data, output };
        command.SetAction((parsed, cancellation) => Task.Run(() => Build(parsed.GetValue(data)!, parsed.GetValue(output)!, cancellation), cancellation));
        return command;
    }

    private static int Build(string data, string output, CancellationToken cancellation)
    {
        var progress = new WorkProgress(TimeProvider.System);
        using var workshop = RankWorkshop.Open();
        progress.Say("reading data sets");
        var corpus = Corpus.Load(data, TrainedPolicies.All, []);
        var train = workshop.EmbedRows(corpus.Train, done => progress.Count("vectors of train rows", done, corpus.Train.Count), cancellation);
        progress.Say("choosing exemplars");
        var bank = StarterBankBuild.Build(corpus, train, workshop.Embedder);
        bank.Save(output);
        Console.Out.WriteLine($"{bank.Manifest.Entries} entries of {bank.Manifest.Attribution.Count} sources written to {output}, hash {bank.Manifest.Hash}");
        return ExitCode.Done;
    }
}
