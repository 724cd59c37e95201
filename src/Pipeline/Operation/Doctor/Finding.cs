namespace Vigil.Pipeline.Operation.Doctor;

internal enum Health
{
    Ok = 1,

    /// <summary>Works without it, or not everything is needed everywhere.</summary>
    Note,

    /// <summary>Needed and missing or wrong: the command fails.</summary>
    Wrong,
}

/// <summary>What was found of one thing.</summary>
/// <param name="Found">What is there, as it was found; never a guess.</param>
/// <param name="Fix">What to do; empty where nothing is lacking.</param>
internal sealed record Finding(string Area, Health Health, string Found, string Fix = "");
