using System.Text;
using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Samples;

/// <summary>The three spellings a publisher may use for the same message.</summary>
internal enum Wording
{
    CamelCaseJson,
    SnakeCaseJson,
    Protobuf,
}

internal static class Wordings
{
    private static readonly JsonFormatter CamelCase = new(JsonFormatter.Settings.Default);
    private static readonly JsonFormatter SnakeCase = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    public static byte[] Spell(this Content content, Wording wording) => wording switch
    {
        Wording.Protobuf => content.ToByteArray(),
        Wording.SnakeCaseJson => Encoding.UTF8.GetBytes(SnakeCase.Format(content)),
        _ => Encoding.UTF8.GetBytes(CamelCase.Format(content)),
    };

    /// <summary>A record of that content under its own id.</summary>
    public static StreamRecord ToRecord(this Content content, Wording wording) => StreamRecord.Of(content.Id, content.Spell(wording));
}
