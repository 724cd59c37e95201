using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Vigil.Broker;

/// <summary>How a development broker is set up. Defaults serve tests and the demo.</summary>
public sealed class BrokerOptions
{
    /// <summary>Where logs and journals live. Null (default): a temporary folder, removed when the broker is disposed.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The port on 127.0.0.1; 0 (default): any free one. 0–65535.</summary>
    public int Port { get; init; }

    /// <summary>HOST:PORT that clients are told to connect to, for a proxy in between. Null (default): the address listened on.</summary>
    public string? Advertise { get; init; }

    /// <summary>Whether a client that asks for an unknown topic makes it. Default: no.</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>Partitions of a topic made without a number. Default 1; 1–1,000.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>The largest request. Default 32 MiB; 64 KiB–256 MiB. A larger one closes its connection.</summary>
    public int MaxFrameBytes { get; init; } = 32 << 20;

    /// <summary>The most bytes of records in one fetch reply, one larger batch aside. Default 16 MiB; 64 KiB–256 MiB.</summary>
    public int MaxFetchBytes { get; init; } = 16 << 20;

    /// <summary>Connections served at once; further ones are closed. Default 1,000; 1–100,000.</summary>
    public int MaxConnections { get; init; } = 1_000;

    /// <summary>The shortest session timeout a group member may ask for. Default 100 ms; at least 1 ms.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest session timeout. Default 30 minutes.</summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often ended sessions and timed-out transactions are looked for. Default 50 ms; 1 ms–10 s.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often retention is enforced. Default 2 s; 10 ms–1 hour.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a silent producer's sequence numbers are remembered. Default 1 day.</summary>
    public TimeSpan ProducerExpiry { get; init; } = TimeSpan.FromDays(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Everything that is wrong with these options; empty if nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Check(Port is >= 0 and <= 65535, "Port must be 0–65535.");
        Check(Advertise is null || AdvertisedAddress.TryParse(Advertise, out _), "Advertise must be HOST:PORT.");
        Check(DefaultPartitions is >= 1 and <= 1_000, "DefaultPartitions must be 1–1,000.");
        Check(MaxFrameBytes is >= 64 << 10 and <= 256 << 20, "MaxFrameBytes must be 64 KiB–256 MiB.");
        Check(MaxFetchBytes is >= 64 << 10 and <= 256 << 20, "MaxFetchBytes must be 64 KiB–256 MiB.");
        Check(MaxConnections is >= 1 and <= 100_000, "MaxConnections must be 1–100,000.");
        Check(MinSessionTimeout >= TimeSpan.FromMilliseconds(1) && MinSessionTimeout <= MaxSessionTimeout, "MinSessionTimeout must be at least 1 ms and no longer than MaxSessionTimeout.");
        Check(SweepInterval >= TimeSpan.FromMilliseconds(1) && SweepInterval <= TimeSpan.FromSeconds(10), "SweepInterval must be 1 ms–10 s.");
        Check(RetentionInterval >= TimeSpan.FromMilliseconds(10) && RetentionInterval <= TimeSpan.FromHours(1), "RetentionInterval must be 10 ms–1 hour.");
        Check(ProducerExpiry > TimeSpan.Zero, "ProducerExpiry must be positive.");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
