using Google.Protobuf.Reflection;
using Vigil.Contracts.Wire;

namespace Vigil.Contracts.Tests;

/// <summary>
/// Fields are only added and numbers never reused: every line of <c>schemas/baseline.txt</c> must still hold. New fields are
/// added to it by running these tests with VIGIL_UPDATE_BASELINE=1, which never takes a line away.
/// </summary>
public sealed class SchemaBaselineTests
{
    private static readonly string BaselinePath = Path.Combine(Repository.Root, "schemas", "baseline.txt");

    [Fact]
    public void Schemas_AgainstBaseline_BreakNothing()
    {
        var baseline = File.ReadAllLines(BaselinePath);
        var current = Describe();
        if (Environment.GetEnvironmentVariable("VIGIL_UPDATE_BASELINE") == "1")
        {
            File.WriteAllLines(BaselinePath, baseline.Union(current).Order(StringComparer.Ordinal));
        }

        Assert.NotEmpty(baseline);
        Assert.Empty(baseline.Except(current));
    }

    [Fact]
    public void Schemas_AgainstBaseline_NothingUnrecorded()
    {
        var unrecorded = Describe().Except(File.ReadAllLines(BaselinePath));

        Assert.True(!unrecorded.Any(), $"New in the schemas: run these tests with VIGIL_UPDATE_BASELINE=1 and commit schemas/baseline.txt.\n{string.Join('\n', unrecorded)}");
    }

    [Fact]
    public void Describe_NumberNameOrTypeChanged_IsAnotherLine()
    {
        // What the comparison rests on: each of number, name, type and cardinality is in the line.
        Assert.Contains("message vigil.v1.Version 1 revision int64 optional", Describe());
        Assert.Contains("message vigil.v1.Content 9 parts vigil.v1.Part repeated", Describe());
        Assert.Contains("enum vigil.v1.Disposition 1 DISPOSITION_QUEUED", Describe());
    }

    private static List<string> Describe()
    {
        FileDescriptor[] files =
        [
            CommonReflection.Descriptor, ContentReflection.Descriptor, BankReflection.Descriptor, RankedReflection.Descriptor,
            StatusReflection.Descriptor, DecisionsReflection.Descriptor, ViewsReflection.Descriptor,
        ];
        var lines = new List<string>();
        foreach (var file in files)
        {
            lines.AddRange(file.EnumTypes.SelectMany(Describe));
            lines.AddRange(file.MessageTypes.SelectMany(Describe));
        }

        return lines;
    }

    private static IEnumerable<string> Describe(EnumDescriptor type) => type.Values.Select(value => $"enum {type.FullName} {value.Number} {value.Name}");

    private static IEnumerable<string> Describe(MessageDescriptor type) =>
    [
        .. type.Fields.InDeclarationOrder().Select(field => $"message {type.FullName} {field.FieldNumber} {field.Name} {TypeOf(field)} {(field.IsRepeated ? "repeated" : "optional")}"),
        .. type.EnumTypes.SelectMany(Describe),
        .. type.NestedTypes.SelectMany(Describe),
    ];

    private static string TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };
}
