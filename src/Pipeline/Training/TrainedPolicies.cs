namespace Vigil.Pipeline.Training;

/// <summary>The policies that the data sets are labelled for, in the order of the model's outputs.</summary>
internal static class TrainedPolicies
{
    public static IReadOnlyList<string> All { get; } = ["hate", "harassment", "violence", "self_harm", "sexual", "spam_scam", "profanity"];
}
