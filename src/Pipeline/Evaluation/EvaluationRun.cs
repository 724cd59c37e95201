using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Training;
using Vigil.Rank.Model;
using Vigil.Rank.Policies;
using Vigil.Recall;

namespace Vigil.Pipeline.Evaluation;

/// <summary>Loads what an evaluation needs and runs it. A ranker trained without some sources also meets a bank without them.</summary>
internal static class EvaluationRun
{
    public static EvaluationReport Run(
        RankWorkshop workshop, StarterBank bank, string model, string? against, EvaluationRequest request, WorkProgress progress, CancellationToken cancellation)
    {
        var policies = LoadPolicies();
        var ranker = LoadRanker(workshop, model);
        var other = against is null ? null : LoadRanker(workshop, against);
        using var snapshot = workshop.Snapshot(bank, ranker.Manifest.LeftOut);
        var path = new ProductionPath(workshop.Cache, snapshot, policies);
        return new Evaluator(path, policies, ranker, other).Evaluate(request, bank.Manifest.Hash, done => progress.Count("rows", done, null), cancellation);
    }

    /// <exception cref="CommandFailedException">A policy file is wrong.</exception>
    public static Contracts.PolicySet LoadPolicies()
    {
        try
        {
            return PolicyFiles.Load(VigilHome.Policies);
        }
        catch (PolicyFileException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    private static RankModel LoadRanker(RankWorkshop workshop, string folder)
    {
        try
        {
            return RankModel.LoadFor(workshop.Embedder, folder);
        }
        catch (RankModelException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }
}
