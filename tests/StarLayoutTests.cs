using System.Reflection;

namespace Vigil;

/// <summary>Compiled into every test project: the layout is a star, so a stage references Contracts and nothing else of ours.</summary>
public sealed class StarLayoutTests
{
    [Fact]
    public void Stage_ReferencesOfVigil_AreContractsOnly()
    {
        var stage = typeof(StarLayoutTests).Assembly.GetName().Name!["Vigil.".Length..^".Tests".Length];
        if (stage is "Pipeline" or "Chaos")
        {
            // The program composes all stages, and kill tests run it; only that it builds is asserted here.
            Assert.NotNull(Assembly.Load("vigil"));
            return;
        }

        string[] allowed = stage switch
        {
            "Contracts" or "Broker" => [],
            // The one leg that is longer: pages over the services behind REST.
            "Console" => ["Vigil.Contracts", "Vigil.Review"],
            _ => ["Vigil.Contracts"],
        };
        var ours = Assembly.Load($"Vigil.{stage}").GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("Vigil.", StringComparison.Ordinal) || name == "vigil");

        Assert.Empty(ours.Except(allowed));
    }
}
