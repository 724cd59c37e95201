using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;
using Vigil.Recall;

namespace Vigil.Pipeline.Demo;

/// <summary>Waits for what a stream should find: every role ready, and on a fresh broker the whole starter bank, or its first items would be ranked beside half of it.</summary>
internal sealed class Readiness(IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <param name="isFresh">Whether the bank topics were made just now: on older ones entries may have been disabled.</param>
    public async Task WaitAsync(bool isFresh, CancellationToken cancellation)
    {
        var entries = isFresh ? StarterEntries() : 0;
        var start = time.GetTimestamp();
        while (await WhatIsMissingAsync(entries, cancellation) is { } missing)
        {
            if (time.GetElapsedTime(start) > Patience)
            {
                throw new CommandFailedException($"Not ready after {Patience.TotalMinutes} minutes: {missing}");
            }

            await Task.Delay(Look, time, cancellation);
        }
    }

    private async Task<string?> WhatIsMissingAsync(int entries, CancellationToken cancellation)
    {
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains(VigilHost.ReadyTag), cancellation);
        if (report.Status == HealthStatus.Unhealthy)
        {
            return string.Join("; ", report.Entries.Where(entry => entry.Value.Status == HealthStatus.Unhealthy).Select(entry => $"{entry.Key}: {entry.Value.Description}"));
        }

        var live = services.GetRequiredService<Bank>().Summary?.Live ?? 0;
        return live < entries ? $"the bank holds {live} of the {entries} entries of the starter bank" : null;
    }

    // A starter bank that cannot be read is the bank role's to report; then there is none to wait for.
    private int StarterEntries()
    {
        var folder = services.GetRequiredService<IOptions<BankOptions>>().Value.Starter;
        try
        {
            return folder.Length == 0 ? 0 : StarterBank.Load(Path.Combine(VigilHome.Path, folder)).Manifest.Entries;
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }
}
