using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Demo;

/// <summary>Where a stranger's client can join a demo that was left serving.</summary>
internal static class DemoAddresses
{
    public static IEnumerable<string> Lines(DemoServices services, string http, DemoReviewer reviewer)
    {
        yield return "Serving until Ctrl-C:";
        yield return $"  Kafka    {services.Kafka}   kcat -b {services.Kafka} -L";
        yield return $"  Redis    {services.Redis}   redis-cli -u {services.Redis}";
        yield return $"  review   {http}   curl -H 'Authorization: Bearer {reviewer.Token}' {http}/queues";
        yield return $"  metrics  {http}/metrics";
        yield return $"  health   {http}/health/ready";
        yield return "For another shell:";
        yield return $"BROKER={services.Kafka} API={http} TOKEN={reviewer.Token}";
        yield return $"export KAFKA_BOOTSTRAP={services.Kafka} REDIS_URL={services.Redis}";
    }
}
