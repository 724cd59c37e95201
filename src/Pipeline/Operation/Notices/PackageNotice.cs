namespace Vigil.Pipeline.Operation.Notices;

/// <summary>A third party's work that a published Vigil contains.</summary>
/// <param name="Version">Empty: it comes from the machine that publishes.</param>
/// <param name="Licence">SPDX id.</param>
/// <param name="Holder">The copyright line, in one line.</param>
internal sealed record PackageNotice(string Name, string Version, string Licence, string Holder)
{
    public string Row => $"| {Name} | {Version} | {Licence} | {Holder} |";
}
