using System.Globalization;

namespace Vigil.Broker.Log;

/// <summary>A number in a file of its own, replaced whole, so that a crash leaves the old one or the new one.</summary>
internal sealed class NumberFile(string path)
{
    public long? Read() =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;

    public void Write(long value)
    {
        var next = path + ".next";
        File.WriteAllText(next, value.ToString(CultureInfo.InvariantCulture));
        File.Move(next, path, overwrite: true);
    }
}
