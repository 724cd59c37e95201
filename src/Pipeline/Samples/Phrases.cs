using System.Reflection;

namespace Vigil.Pipeline.Samples;

/// <summary>
/// The grammar of one language: named rules of alternatives in which {rule} is another rule, {a|b} a choice and
/// {10-99} a number. The files lie in <c>Phrases/</c> and are part of the program.
/// </summary>
internal sealed class Phrases
{
    private const string Folder = "Vigil.Pipeline.Samples.Phrases.";
    private const string Extension = ".txt";

    private readonly Dictionary<string, List<string>> _rules = [];

    private Phrases(string language, IEnumerable<string> lines)
    {
        Language = language;
        List<string>? alternatives = null;
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == '[' && line[^1] == ']')
            {
                alternatives = _rules[line[1..^1]] = [];
            }
            else
            {
                (alternatives ?? throw new FormatException($"Phrases of {language}: a line before the first rule.")).Add(line);
            }
        }
    }

    /// <summary>BCP 47, the name of the file.</summary>
    public string Language { get; }

    public IReadOnlyCollection<string> Rules => _rules.Keys;

    /// <summary>Every language, in the order of its name.</summary>
    public static IReadOnlyList<Phrases> LoadAll()
    {
        var assembly = typeof(Phrases).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => Load(assembly, name)),
        ];
    }

    public static Phrases Parse(string language, string text) => new(language, text.Split('\n'));

    public bool Has(string rule) => _rules.ContainsKey(rule);

    /// <summary>One sentence of a rule.</summary>
    public string Say(string rule, Draw draw) => Expand(draw.Of(Alternatives(rule)), draw);

    private static Phrases Load(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return Parse(name[Folder.Length..^Extension.Length], reader.ReadToEnd());
    }

    private List<string> Alternatives(string rule) => _rules.TryGetValue(rule, out var found)
        ? found
        : throw new FormatException($"Phrases of {Language}: no rule '{rule}'.");

    private string Expand(string text, Draw draw)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            return text;
        }

        var close = Closing(text, open);
        var slot = Fill(text[(open + 1)..close], draw);
        return string.Concat(text.AsSpan(0, open), slot, Expand(text[(close + 1)..], draw));
    }

    private string Fill(string slot, Draw draw)
    {
        var choices = SplitChoices(slot);
        if (choices.Count > 1)
        {
            return Expand(draw.Of(choices), draw);
        }

        var dash = slot.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && int.TryParse(slot.AsSpan(0, dash), out var from) && int.TryParse(slot.AsSpan(dash + 1), out var to)
            ? draw.Between(from, to).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : Say(slot, draw);
    }

    private int Closing(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        throw new FormatException($"Phrases of {Language}: a brace is never closed in '{text}'.");
    }

    private static List<string> SplitChoices(string slot)
    {
        List<string> choices = [];
        var depth = 0;
        var start = 0;
        for (var i = 0; i < slot.Length; i++)
        {
            depth += slot[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (slot[i] == '|' && depth == 0)
            {
                choices.Add(slot[start..i]);
                start = i + 1;
            }
        }

        choices.Add(slot[start..]);
        return choices;
    }
}
