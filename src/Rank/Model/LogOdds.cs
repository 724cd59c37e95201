namespace Vigil.Rank.Model;

/// <summary>Between probability and log-odds, without overflow at either end.</summary>
public static class LogOdds
{
    public static double ToProbability(double logOdds) =>
        logOdds >= 0 ? 1 / (1 + Math.Exp(-logOdds)) : Math.Exp(logOdds) / (1 + Math.Exp(logOdds));

    public static double Of(double probability) => Math.Log(probability / (1 - probability));

    /// <summary>ln(1 + e^x): minus the logarithm of the probability that it is not so.</summary>
    public static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));

    /// <summary>Log-odds that at least one of independent things is so, from the log-odds of each.</summary>
    public static double NoisyOr(ReadOnlySpan<double> logOdds)
    {
        var none = 0.0;
        foreach (var each in logOdds)
        {
            none += Softplus(each);
        }

        return none > 30 ? none : Math.Log(Math.Max(1e-300, Math.Exp(none) - 1));
    }
}
