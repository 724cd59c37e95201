using System.Text;

namespace Vigil.Pipeline.Operation.Notices;

/// <summary><c>THIRD-PARTY-NOTICES.md</c>: what a published Vigil contains of others, by the lock files of the program.</summary>
internal sealed class NoticesFile(string repository, PackageFolder packages)
{
    public const string FileName = "THIRD-PARTY-NOTICES.md";

    private static readonly string[] LockFiles = ["packages.lock.json", "packages.cuda.lock.json"];

    /// <summary>Not from NuGet: the runtime that is published along, and what is linked into our native library.</summary>
    private static readonly PackageNotice[] Others =
    [
        new(".NET runtime and ASP.NET Core", "", "MIT", "Copyright (c) .NET Foundation and Contributors"),
        new("FAISS (linked into libvigilfaiss.so)", "", "MIT", "Copyright (c) Meta Platforms, Inc. and its affiliates"),
        new("OpenBLAS (used by libvigilfaiss.so)", "", "BSD-3-Clause", "Copyright (c) 2011-2014, The OpenBLAS Project"),
        new("GCC runtime libraries (libgomp, libstdc++)", "", "GPL-3.0-or-later WITH GCC-exception-3.1", "Copyright (C) Free Software Foundation, Inc."),
    ];

    public string Location => Path.Combine(repository, FileName);

    public IReadOnlyList<(string Name, string Version)> Packages =>
    [
        .. LockFiles
            .SelectMany(file => LockFile.Read(Path.Combine(repository, "src", "Pipeline", file)))
            .Distinct()
            .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(package => package.Version, StringComparer.Ordinal),
    ];

    /// <exception cref="CommandFailedException">A package is neither on this machine nor in the file as it stands.</exception>
    public string Generate()
    {
        var standing = File.Exists(Location) ? File.ReadAllLines(Location) : [];
        var text = new StringBuilder();
        text.Append(
            """
            # Third-party notices

            Made by `./vigil notices` from the lock files and the packages' own metadata; a test compares. The texts that
            packages carry themselves lie under `licenses/` of a published folder. Models and their notices: `models/`.

            | name | version | licence | copyright |
            |---|---|---|---|

            """);
        foreach (var (name, version) in Packages)
        {
            text.Append(packages.Find(name, version)?.Row ?? Standing(standing, name, version)).Append('\n');
        }

        foreach (var other in Others)
        {
            text.Append(other.Row).Append('\n');
        }

        return text.Append('\n').Append(LicenceTexts.Mit).Append('\n').Append(LicenceTexts.Bsd).ToString().ReplaceLineEndings("\n");
    }

    /// <summary>Copies the texts that packages carry below <paramref name="folder"/>.</summary>
    public int CopyTexts(string folder)
    {
        var copied = 0;
        foreach (var (name, version) in Packages)
        {
            foreach (var file in packages.Texts(name, version))
            {
                var to = Path.Combine(folder, name);
                Directory.CreateDirectory(to);
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
                copied++;
            }
        }

        return copied;
    }

    // The CUDA build's packages are large and not on every machine; their row holds as long as name and version do.
    private static string Standing(string[] lines, string name, string version) =>
        lines.FirstOrDefault(line => line.StartsWith($"| {name} | {version} | ", StringComparison.Ordinal))
        ?? throw new CommandFailedException($"Package {name} {version} is not on this machine. Run: dotnet restore Pipeline.sln and dotnet restore Pipeline.sln -p:Accelerator=cuda");
}
