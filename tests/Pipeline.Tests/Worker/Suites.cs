using Vigil.Broker.Tests.Conformance;

[assembly: AssemblyFixture(typeof(ApacheKafkaFixture))]

namespace Vigil.Pipeline.Tests.Worker;

// The same suites against both brokers: what holds for only one of them is no guarantee.
public sealed class ExactlyOnceOnDevelopmentBroker : ExactlyOnceSuite
{
    private protected override Task<WorkerHarness> StartAsync() => WorkerHarness.StartAsync();
}

public sealed class ExactlyOnceOnApacheKafka(ApacheKafkaFixture kafka) : ExactlyOnceSuite
{
    private protected override async Task<WorkerHarness> StartAsync() => await WorkerHarness.StartAsync(await kafka.BootstrapAsync());
}

public sealed class WorkerStopsOnDevelopmentBroker : WorkerStopsSuite
{
    private protected override Task<WorkerHarness> StartAsync() => WorkerHarness.StartAsync();
}

public sealed class WorkerStopsOnApacheKafka(ApacheKafkaFixture kafka) : WorkerStopsSuite
{
    private protected override async Task<WorkerHarness> StartAsync() => await WorkerHarness.StartAsync(await kafka.BootstrapAsync());
}

public sealed class BrokerRestartOnDevelopmentBroker : BrokerRestartSuite
{
    private protected override Task<RestartableBroker> StartAsync() => RestartableDevelopmentBroker.StartAsync();
}

public sealed class BrokerRestartOnApacheKafka : BrokerRestartSuite
{
    private protected override Task<RestartableBroker> StartAsync() => RestartableApacheKafka.StartAsync();
}
