using System.Globalization;
using Vigil.Pipeline.Demo.Accounting;

namespace Vigil.Pipeline.Commands;

/// <summary>partition:offset as people write it.</summary>
internal static class PositionText
{
    public static RecordPosition? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? new(partition, offset)
                : null;
    }
}
