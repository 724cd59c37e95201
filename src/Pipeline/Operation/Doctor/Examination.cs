using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>Everything <c>vigil doctor</c> looks at, in the order of what rests on what.</summary>
internal sealed class Examination(IServiceProvider services)
{
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        List<Finding> findings =
        [
            .. MachineChecks.All(),
            .. ModelChecks.Models(VigilHome.Models),
            .. ModelChecks.Policies(VigilHome.Policies),
            .. ModelChecks.Provider(services, configuration),
        ];
        findings.AddRange(await KafkaChecks.AllAsync(services, configuration, cancellation));
        findings.AddRange(await RedisChecks.AllAsync(services, configuration, cancellation));
        findings.AddRange(await PortChecks.AllAsync(services, cancellation));
        return findings;
    }
}
