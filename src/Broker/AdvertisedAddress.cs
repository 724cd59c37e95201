using System.Globalization;

namespace Vigil.Broker;

/// <summary>The address that clients are sent to.</summary>
internal readonly record struct AdvertisedAddress(string Host, int Port)
{
    public static bool TryParse(string text, out AdvertisedAddress address)
    {
        var colon = text.LastIndexOf(':');
        var isAddress = int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && colon > 0 && port is > 0 and <= 65535;
        address = isAddress ? new(text[..colon], port) : default;
        return isAddress;
    }
}
