using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Vigil.Contracts;

namespace Vigil.Pipeline.Configuration;

/// <summary>Section <c>Vigil:Kafka</c>.</summary>
internal sealed class KafkaOptions
{
    public const string Section = "Vigil:Kafka";

    /// <summary>host:port,… of the brokers; also <c>KAFKA_BOOTSTRAP</c>. No default: a worker must be told.</summary>
    [Required(ErrorMessage = "Vigil:Kafka:Bootstrap is not set: name the brokers by KAFKA_BOOTSTRAP=host:port, or start the embedded one with `vigil demo`.")]
    public string Bootstrap { get; set; } = "";

    /// <summary>Before every topic, group and transactional id.</summary>
    [Required(AllowEmptyStrings = false)]
    [RegularExpression(@"^[A-Za-z0-9._-]{1,100}$", ErrorMessage = "Vigil:Kafka:Prefix may hold letters, digits, '.', '_' and '-' only.")]
    public string Prefix { get; set; } = Topics.DefaultPrefix;

    /// <summary>Replicas of every topic; 3 in production.</summary>
    [Range(1, 15)]
    public short Replication { get; set; } = 1;

    /// <summary>min.insync.replicas of every topic; 2 in production.</summary>
    [Range(1, 15)]
    public int MinInSync { get; set; } = 1;

    /// <summary>Longest wait for a broker at start, in seconds.</summary>
    [Range(1, 15)]
    public int ConnectSeconds { get; set; } = 10;

    /// <summary>librdkafka settings passed through to every client: security.protocol, sasl.*, ssl.* and the like; SECURITY_PROTOCOL, as a shell can export it, stands for security.protocol.</summary>
    public Dictionary<string, string> Client { get; set; } = [];
}

[OptionsValidator]
internal sealed partial class KafkaOptionsValidator : IValidateOptions<KafkaOptions>;
