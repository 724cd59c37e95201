using System.CommandLine;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Commands;

internal static class SamplesCommand
{
    public static Command Create()
    {
        var seed = NumberOption.Whole("--seed", "Draws another stream.", 0, int.MaxValue, SampleStream.DefaultSeed);
        var folder = new Option<string>("--out") { Description = "Where both files are written.", DefaultValueFactory = _ => Path.Combine(VigilHome.Path, "samples") };
        var generate = new Command("generate", "Writes the stream of the demo and, apart from it, what must become of every record.") { seed, folder };
        generate.SetAction(parsed =>
        {
            var samples = SampleStream.Generate(parsed.GetValue(seed));
            SampleFiles.Write(parsed.GetValue(folder)!, samples);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{samples.Count} records, {samples.Count(sample => sample.Expected.Planted.Length > 0)} planted, in {parsed.GetValue(folder)}");
            return ExitCode.Done;
        });
        return new Command("samples", "The sample stream of the demo.") { generate };
    }
}
