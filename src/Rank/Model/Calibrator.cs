using System.Text.Json.Serialization;

namespace Vigil.Rank.Model;

/// <summary>
/// Raw log-odds → calibrated probability: straight between knots, in log-odds on both axes, and beyond the last knots at their
/// slope. Always rising, so calibration never changes an order. Two knots are Platt scaling.
/// </summary>
public sealed class Calibrator
{
    [JsonConstructor]
    public Calibrator(double[] raw, double[] calibrated)
    {
        if (raw.Length < 2 || raw.Length != calibrated.Length || !Rises(raw) || !Rises(calibrated))
        {
            throw new InvalidDataException("calibration: needs two or more knots that rise on both axes");
        }

        Raw = raw;
        Calibrated = calibrated;
    }

    /// <summary>Raw log-odds of the knots, rising.</summary>
    public double[] Raw { get; }

    /// <summary>Calibrated log-odds of the knots, rising.</summary>
    public double[] Calibrated { get; }

    public double Probability(double rawLogOdds) => LogOdds.ToProbability(Map(rawLogOdds));

    private double Map(double raw)
    {
        var upper = Array.BinarySearch(Raw, raw);
        upper = Math.Clamp(upper < 0 ? ~upper : upper, 1, Raw.Length - 1);
        var slope = (Calibrated[upper] - Calibrated[upper - 1]) / (Raw[upper] - Raw[upper - 1]);
        return Calibrated[upper - 1] + ((raw - Raw[upper - 1]) * slope);
    }

    private static bool Rises(double[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || (i > 0 && values[i] <= values[i - 1]))
            {
                return false;
            }
        }

        return true;
    }
}
