namespace Vigil.Broker.Tests.Conformance;

/// <summary>A broker that the conformance suite runs against; started once, when the first test asks for it.</summary>
public interface IBrokerUnderTest
{
    Task<string> BootstrapAsync();

    /// <summary>Lets the broker compact what it will: ours does so when it starts.</summary>
    Task<string> StartAgainAsync();
}
