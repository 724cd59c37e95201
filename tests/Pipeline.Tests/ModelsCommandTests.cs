using System.CommandLine;
using System.Text.Json;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Configuration;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests;

public sealed class ModelsCommandTests : IDisposable
{
    private const string Encoder = "use-multilingual-v3-512";

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-models-").FullName;

    [Fact]
    public async Task Verify_CommittedEncoder_IsWhole()
    {
        var (code, models) = await Json("verify", Encoder);

        Assert.Equal(ExitCode.Done, code);
        var model = Assert.Single(models);
        Assert.Equal("encoder", model.GetProperty("kind").GetString());
        Assert.Equal(512, model.GetProperty("dimension").GetInt32());
        Assert.Equal(64, model.GetProperty("hash").GetString()!.Length);
        Assert.Empty(model.GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task Verify_FileChanged_FailsAndNamesIt()
    {
        Copy("model.json", "LICENSE", "NOTICE");
        await File.AppendAllTextAsync(Path.Combine(_folder, Encoder, "NOTICE"), "x", TestContext.Current.CancellationToken);

        var (code, models) = await Json("verify", "--folder", _folder);

        Assert.Equal(ExitCode.Failed, code);
        var faults = Assert.Single(models).GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!).ToList();
        Assert.Contains(faults, fault => fault.StartsWith("NOTICE has", StringComparison.Ordinal));
        Assert.Contains("model.onnx is missing", faults);
    }

    [Fact]
    public async Task List_BrokenManifestBesideAnother_ListsBothAndFails()
    {
        Copy("model.json");
        Directory.CreateDirectory(Path.Combine(_folder, "broken"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "broken", "model.json"), "{", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_folder, "notes"));

        var (code, models) = await Json("list", "--folder", _folder);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(["broken", "notes", Encoder], models.Select(model => model.GetProperty("name").GetString()));
        Assert.Equal([1, 0, 0], models.Select(model => model.GetProperty("faults").GetArrayLength()));
    }

    [Fact]
    public async Task List_BankOfAnotherEncoder_Fails()
    {
        Copy("model.json");
        StarterBank.Create(new string('a', 64), 512, [], []).Save(Path.Combine(_folder, "bank-starter"));

        var (code, models) = await Json("list", "--folder", _folder, "bank-starter");

        Assert.Equal(ExitCode.Failed, code);
        var bank = Assert.Single(models);
        Assert.Equal("bank", bank.GetProperty("kind").GetString());
        Assert.Contains("made with encoder aaaaaaaaaaaa", Assert.Single(bank.GetProperty("faults").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_UnknownName_Fails() => Assert.Equal(ExitCode.Failed, await CommandLine.RunAsync(["models", "list", "no-such-model"]));

    [Fact]
    public async Task List_NoFolder_Fails() =>
        Assert.Equal(ExitCode.Failed, await CommandLine.RunAsync(["models", "list", "--folder", Path.Combine(_folder, "none")]));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(int Code, IReadOnlyList<JsonElement> Models)> Json(params string[] args)
    {
        await using var output = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output };
        var code = await ModelsCommand.Create().Parse([.. args, "--json"]).InvokeAsync(configuration, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(output.ToString());
        return (code, [.. document.RootElement.Clone().GetProperty("models").EnumerateArray()]);
    }

    private void Copy(params string[] names)
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder, Encoder)).FullName;
        foreach (var name in names)
        {
            File.Copy(Path.Combine(VigilHome.Models, Encoder, name), Path.Combine(target, name));
        }
    }
}
