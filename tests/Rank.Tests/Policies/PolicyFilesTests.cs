using CsCheck;
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
        Assert.All(set.Policies, policy => Assert.NotEmpty(policy.Clause));
    }

    [Fact]
    public void Load_OneFile_ReadsEverySetting()
    {
        Write("threats.yaml", "title: Threats\nseverity: 9\nhandling_seconds: 45.5\nqueue: threats\nescalation_queue: leads\nthreshold: 0.25\n");

        var policy = Assert.Single(PolicyFiles.Load(_folder).Policies);

        Assert.Equal(new("threats", "Threats", 9, 45.5, "threats", "leads", 0.25), policy);
    }

    [Fact]
    public void Load_Clause_IsReadAsOneText()
    {
        Write("a.yaml", "title: A\nseverity: 1\nhandling_seconds: 10\nqueue: a\nescalation_queue: leads\nthreshold: 0.5\nclause: >-\n  Forbids this.\n  Not this: that.\n");

        Assert.Equal("Forbids this. Not this: that.", Assert.Single(PolicyFiles.Load(_folder).Policies).Clause);
    }

    [Fact]
    public void Load_ClauseLongerThanAPage_IsRefused()
    {
        Write("a.yaml", $"title: A\nseverity: 1\nhandling_seconds: 10\nqueue: a\nescalation_queue: leads\nthreshold: 0.5\nclause: {new string('x', 2_001)}\n");

        Assert.StartsWith("a.yaml: clause: longer than 2000", Assert.Single(Assert.Throws<PolicyFileException>(() => PolicyFiles.Load(_folder)).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeveralFaults_NamesThemAll()
    {
        Write("a.yaml", "title: A\nseverity: 11\nhandling_seconds: 0\nqueue: audit\nescalation_queue: leads\nthreshold: high\nseverty: 3\n");
        Write("b.yaml", "title: \"\n");
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

    public static TheoryData<string, string> Hostile => new()
    {
        { "expected one flat list", $"title: {new string('[', 30_000)}" },
        { "expected one flat list", $"{new string('{', 30_000)}" },
        { "expected one flat list", $"title:\n{string.Concat(Enumerable.Range(1, 200).Select(depth => $"{new string(' ', depth)}- a:\n"))}" },
        { "expected one flat list", "title: &a A\nqueue: *a\n" },
        { "expected one flat list", "title: A\n---\ntitle: B\n" },
        { "title: set twice", "title: A\ntitle: B\n" },
        { "title: set twice", "!x title: A\n!y title: B\n" },
        { "larger than 64 KiB", $"title: {new string('t', 70_000)}\n" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Load_HostileFile_IsRefusedByItsName(string fault, string text)
    {
        Write("a.yaml", text);

        var error = HostileBytes.Within(4 << 20, () => Assert.Throws<PolicyFileException>(() => PolicyFiles.Load(_folder)));

        Assert.Contains(error.Errors, one => one.StartsWith("a.yaml: ", StringComparison.Ordinal) && one.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_AnyChangeOfASoundFile_IsAPolicyOrNamesItsFaults()
    {
        var sound = "title: \"A \\u00e4\"\nseverity: 9\nhandling_seconds: 45.5 # seconds\nqueue: a\nescalation_queue: >-\n  leads\nthreshold: 0.25\n"u8.ToArray();
        var path = Path.Combine(_folder, "a.yaml");
        HostileBytes.Near(sound).Sample(
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                var errors = HostileBytes.Within(1 << 20, () =>
                {
                    try
                    {
                        return PolicyFiles.Load(_folder).Policies.Count == 1 ? [] : ["no policy"];
                    }
                    catch (PolicyFileException fault)
                    {
                        return fault.Errors.Where(one => !one.StartsWith("a.yaml: ", StringComparison.Ordinal)).ToList();
                    }
                });
                Assert.Empty(errors);
            },
            iter: 1_500,
            threads: 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
