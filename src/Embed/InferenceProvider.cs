namespace Vigil.Embed;

/// <summary>Where the graph runs. What is asked for is what runs: there is no fall-back.</summary>
public enum InferenceProvider
{
    Cpu = 1,
    Cuda = 2,
}
