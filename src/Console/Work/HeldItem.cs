using System.Globalization;
using Vigil.Review;

namespace Vigil.ReviewConsole.Work;

/// <summary>A claim as a form names it: its epoch, a space, the id.</summary>
internal readonly record struct HeldItem(long Epoch, string Id)
{
    public static string Write(Lease lease) => string.Create(CultureInfo.InvariantCulture, $"{lease.Epoch} {lease.Id}");

    public static HeldItem? Read(string? text) =>
        text?.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space
        && long.TryParse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? new(epoch, text[(space + 1)..])
            : null;
}
