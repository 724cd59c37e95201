using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Vigil.Pipeline.Operation.Notices;

/// <summary>Packages as NuGet unpacked them: what their metadata and licence files say.</summary>
internal sealed partial class PackageFolder(string path)
{
    private const int BsdLength = 1_000;

    private static readonly (string Words, string Licence)[] Known =
    [
        ("Permission is hereby granted, free of charge", "MIT"),
        ("Redistribution and use in source and binary forms", "BSD-2-Clause"),
        ("Apache License", "Apache-2.0"),
    ];

    /// <summary>Where NuGet keeps packages on this machine.</summary>
    public static PackageFolder OfMachine() => new(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"));

    /// <returns>Null: the package is not on this machine.</returns>
    public PackageNotice? Find(string name, string version)
    {
        var folder = FolderOf(name, version);
        var nuspec = Path.Combine(folder, $"{name.ToLowerInvariant()}.nuspec");
        if (!File.Exists(nuspec))
        {
            return null;
        }

        var metadata = XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        string Value(string element) => OneLine(metadata.Elements().FirstOrDefault(one => one.Name.LocalName == element)?.Value ?? "");
        var files = Texts(name, version).Where(file => Path.GetFileName(file).StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase)).Select(File.ReadAllText).ToList();
        var declared = metadata.Elements().FirstOrDefault(one => one.Name.LocalName == "license");
        var licence = (string?)declared?.Attribute("type") == "expression" ? declared!.Value.Trim() : files.Select(LicenceOf).FirstOrDefault() ?? "see its own text";
        var holder = files.Select(HolderOf).FirstOrDefault(line => line.Length > 0) is { Length: > 0 } written ? written : Holder(Value("copyright"), Value("authors"));
        return new(name, version, licence, holder);
    }

    /// <summary>Licence and notice files that the package carries.</summary>
    public IEnumerable<string> Texts(string name, string version) => Directory.Exists(FolderOf(name, version))
        ? Directory.EnumerateFiles(FolderOf(name, version)).Where(file => NoticeFile().IsMatch(Path.GetFileName(file))).Order(StringComparer.Ordinal)
        : [];

    // The first licence of a file is the package's own; those of what it contains follow. Words may be broken over lines anywhere.
    private static string LicenceOf(string text)
    {
        var flat = Spaces().Replace(text, " ");
        var first = Known.Select(known => (known.Licence, At: flat.IndexOf(known.Words, StringComparison.Ordinal))).Where(known => known.At >= 0).OrderBy(known => known.At).FirstOrDefault();
        return first.Licence == "BSD-2-Clause" && flat.IndexOf("Neither the name of", first.At, Math.Min(BsdLength, flat.Length - first.At), StringComparison.Ordinal) >= 0
            ? "BSD-3-Clause"
            : first.Licence ?? "see its own text";
    }

    private static string HolderOf(string text) => text.Split('\n').Select(OneLine).FirstOrDefault(line => HolderLine().IsMatch(line))?.TrimEnd('.', ',') ?? "";

    private static string Holder(string copyright, string authors) =>
        copyright.Length == 0 ? $"Copyright {authors}"
        : copyright.Contains("Copyright", StringComparison.OrdinalIgnoreCase) || copyright.StartsWith('©') ? copyright
        : $"Copyright {copyright}";

    private static string OneLine(string text) => Spaces().Replace(text, " ").Trim().Replace("|", "/", StringComparison.Ordinal);

    private string FolderOf(string name, string version) => Path.Combine(path, name.ToLowerInvariant(), version.ToLowerInvariant());

    // A holder, not the licence speaking of holders, and not the form that Apache-2.0 shows.
    [GeneratedRegex(@"^(Copyright (\(c\)|©|\d|[A-Z])|©)", RegexOptions.CultureInvariant)]
    private static partial Regex HolderLine();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(licen[sc]es?|notice|third-?party-?notices?)(\.(txt|md))?$", RegexOptions.IgnoreCase)]
    private static partial Regex NoticeFile();
}
