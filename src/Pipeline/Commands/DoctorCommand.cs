using System.CommandLine;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Operation.Doctor;
using Vigil.Pipeline.Roles;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil doctor</c>: what this installation has, what it lacks, and the fix for each lack.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("doctor", "Looks at everything Vigil needs and prints what it found, with the fix for each lack; fails if something needed is missing.") { json, settings };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(
            added =>
            {
                added.AddMetrics();
                added.AddLogging();
                added.AddEncoder();
            },
            settings);
        var findings = await new Examination(services).RunAsync(cancellation);
        var wrong = findings.Count(finding => finding.Health == Health.Wrong);
        if (json)
        {
            BankCommand.WriteJson(output, new
            {
                healthy = wrong == 0,
                findings = findings.Select(finding => new { area = finding.Area, health = Word(finding.Health), found = finding.Found, fix = finding.Fix.Length == 0 ? null : finding.Fix }),
            });
        }
        else
        {
            Write(output, findings, wrong);
        }

        return wrong == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(TextWriter output, IReadOnlyList<Finding> findings, int wrong)
    {
        var width = findings.Max(finding => finding.Area.Length);
        foreach (var finding in findings)
        {
            output.WriteLine($"{Word(finding.Health),-5}  {finding.Area.PadRight(width)}  {TerminalView.Visible(finding.Found)}");
            if (finding.Fix.Length > 0)
            {
                output.WriteLine($"{"",-5}  {"".PadRight(width)}    fix: {finding.Fix}");
            }
        }

        output.WriteLine(wrong == 0 ? "nothing needed is missing" : $"{wrong} wrong");
    }

    private static string Word(Health health) => health switch
    {
        Health.Ok => "ok",
        Health.Note => "note",
        _ => "WRONG",
    };
}
