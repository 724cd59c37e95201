using Vigil.Rank.Policies;

namespace Vigil.Rank.Tests.Policies;

public sealed class PolicyFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-policies-").FullName;

    [Fact]
    public void Load_ShippedFiles_AreTheSevenPoliciesInOrder()
    {
        var set = PolicyFiles.Load(Path.Combine(Repository.Root, "policies"));

        Assert.Equal(["harassment", "hate", "profanity", "self_harm", "sexual", "spam_scam", "violence"], set.Policies.Select(policy => policy.Id));
        Assert.Matches("^[0-9a-f]{64}$", set.Hash);
    }

    [Fact]
    public void Load_OneFile_ReadsEverySetting()
    {
        Write("threats.yaml", "title: Threats\nseverity: 9\nhandling_seconds: 45.5\nqueue: threats\nescalation_queue: leads\nthreshold: 0.25\n");

        var policy = Assert.Single(PolicyFiles.Load(_folder).Policies);

        Assert.Equal(new("threats", "Threats", 9, 45.5, "threats", "leads", 0.25), policy);
    }

    [Fact]
    public void Load_SeveralFaults_NamesThemAll()
    {
        Write("a.yaml", "title: A\nseverity: 11\nhandling_seconds: 0\nqueue: audit\nescalation_queue: leads\nthreshold: high\nseverty: 3\n");
        Write("b.yaml", "title: [\n");
        Write("Bad Name.yaml", "title: C\nseverity: 2.5\nhandling_seconds: 10\nqueue: c\nescalation_queue: c\nthreshold: 0.5\n");

        var error = Assert.Throws<PolicyFileException>(() => PolicyFiles.Load(_folder));

        string[] expected =
        [
            "a.yaml: severity:", "a.yaml: handling_seconds:", "a.yaml: queue: audit is reserved", "a.yaml: threshold:", "a.yaml: severty:",
            "b.yaml: line", "Bad Name.yaml: the file name", "Bad Name.yaml: severity: a whole number", "Bad Name.yaml: escalation_queue: must differ",
        ];
        Assert.All(expected, start => Assert.Contains(error.Errors, fault => fault.StartsWith(start, StringComparison.Ordinal)));
    }

    [Fact]
    public void Load_ChangedThreshold_ChangesTheHash()
    {
        Write("a.yaml", "title: A\nseverity: 1\nhandling_seconds: 10\nqueue: a\nescalation_queue: leads\nthreshold: 0.5\n");
        var before = PolicyFiles.Load(_folder).Hash;
        Write("a.yaml", "title: A\nseverity: 1\nhandling_seconds: 10\nqueue: a\nescalation_queue: leads\nthreshold: 0.6\n");

        Assert.NotEqual(before, PolicyFiles.Load(_folder).Hash);
    }

    [Fact]
    public void Load_NoFolderOrNoFile_SaysSo()
    {
        Assert.Throws<PolicyFileException>(() => PolicyFiles.Load(Path.Combine(_folder, "absent")));
        Assert.Throws<PolicyFileException>(() => PolicyFiles.Load(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
