using Vigil.Broker.Tests;
using Vigil.Broker.Tests.Conformance;

// The tests mostly wait, for rebalances, timeouts and cleaners: more of them at once than there are cores.
[assembly: Xunit.v3.Parallelization(MaxThreads = 8)]
[assembly: AssemblyFixture(typeof(ThreadPoolRoom))]
[assembly: AssemblyFixture(typeof(DevelopmentBrokerFixture))]
[assembly: AssemblyFixture(typeof(ApacheKafkaFixture))]

namespace Vigil.Broker.Tests;

/// <summary>The real client blocks the threads it is called on; without room beside them the broker in this process would starve.</summary>
public sealed class ThreadPoolRoom
{
    public ThreadPoolRoom() => ThreadPool.SetMinThreads(64, 8);
}
