using System.CommandLine;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Operation.Notices;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil notices</c>: writes or checks THIRD-PARTY-NOTICES.md of a checkout.</summary>
internal static class NoticesCommand
{
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = "Only compares; fails where the file is out of date" };
        var texts = new Option<string?>("--texts") { Description = "Also copies the licence texts that packages carry below this folder", HelpName = "DIR" };
        var json = BankCommand.JsonOption();
        var command = new Command("notices", "Writes THIRD-PARTY-NOTICES.md of a checkout from its lock files and the packages on this machine.") { check, texts, json };
        command.SetAction(parsed => Run(parsed.GetValue(check), parsed.GetValue(texts), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(bool check, string? texts, bool json, TextWriter output)
    {
        if (!File.Exists(Path.Combine(VigilHome.Path, "src", "Pipeline", "packages.lock.json")))
        {
            throw new CommandFailedException($"{VigilHome.Path} is no checkout of Vigil: its lock files are not there.");
        }

        var file = new NoticesFile(VigilHome.Path, PackageFolder.OfMachine());
        var wanted = file.Generate();
        var current = File.Exists(file.Location) && File.ReadAllText(file.Location).ReplaceLineEndings("\n") == wanted;
        if (!check && !current)
        {
            File.WriteAllText(file.Location, wanted);
        }

        var copied = texts is null ? 0 : file.CopyTexts(texts);
        if (json)
        {
            BankCommand.WriteJson(output, new { file = NoticesFile.FileName, packages = file.Packages.Count, upToDate = current || !check, textsCopied = copied });
        }
        else
        {
            output.WriteLine(current ? $"{NoticesFile.FileName} is up to date" : check ? $"{NoticesFile.FileName} is out of date: run ./vigil notices" : $"wrote {NoticesFile.FileName}");
        }

        return check && !current ? ExitCode.Failed : ExitCode.Done;
    }
}
