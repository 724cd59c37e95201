namespace Vigil.Broker.Tests;

/// <summary>What only some machines have: where it decides what lands, its lack is a failure; elsewhere a skip that says why.</summary>
internal static class Requirement
{
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }
}
