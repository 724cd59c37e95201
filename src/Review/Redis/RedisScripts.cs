using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Vigil.Review.Redis;

/// <summary>The Lua scripts under <c>Scripts/</c>, each with the shared parts before it.</summary>
internal sealed class RedisScripts(IConnectionMultiplexer redis, string prefix, TimeProvider time, TimeSpan clockOffset)
{
    private static readonly string[] SharedParts = ["keys.lua", "fold.lua", "place.lua"];
    private static readonly FrozenDictionary<string, (string Text, byte[] Hash)> Scripts = LoadAll();

    private readonly RedisKey[] _keys = [$"{prefix}:ready"];

    public IDatabase Database { get; } = redis.GetDatabase();

    /// <summary>Milliseconds added to Redis TIME; tests move the clock with it.</summary>
    public TimeSpan ClockOffset { get; set; } = clockOffset;

    public RedisKey Key(string name) => $"{prefix}:{name}";

    public RedisKey Key(string generation, string name) => $"{prefix}:g{generation}:{name}";

    /// <summary>Redis TIME: the clock of every script, whatever the clock of this machine says.</summary>
    public async Task<DateTimeOffset> NowAsync()
    {
        var clock = (RedisValue[])(await Database.ExecuteAsync("TIME"))!;
        return DateTimeOffset.FromUnixTimeSeconds((long)clock[0]) + ClockOffset;
    }

    /// <summary>Calls one script. Calls made in order by one caller reach the server in that order.</summary>
    public async Task<RedisResult> RunAsync(string script, params RedisValue[] arguments)
    {
        var (text, hash) = Scripts[script];
        RedisValue[] values = [ClockOffset.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture), .. arguments];
        var start = time.GetTimestamp();
        try
        {
            return await Database.ScriptEvaluateAsync(hash, _keys, values);
        }
        catch (RedisServerException fault) when (fault.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await Database.ScriptEvaluateAsync(text, _keys, values);
        }
        finally
        {
            ReviewTelemetry.Redis(script, time.GetElapsedTime(start));
        }
    }

    /// <summary>
    /// Makes the scripts known to the server before many calls are in flight: one that is not known is sent again, after those
    /// that followed it, and the compare-and-set would turn them all away once.
    /// </summary>
    public async Task IntroduceAsync(params IEnumerable<string> scripts)
    {
        foreach (var script in scripts)
        {
            await Database.ExecuteAsync("SCRIPT", "LOAD", Scripts[script].Text);
        }
    }

    private static FrozenDictionary<string, (string, byte[])> LoadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var shared = string.Concat(SharedParts.Select(part => Read(assembly, part)));
        return assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".lua", StringComparison.Ordinal) && !SharedParts.Contains(name))
            .ToFrozenDictionary(name => name[..^".lua".Length], name => WithHash(shared + Read(assembly, name)));
    }

    // SHA-1 is how Redis names scripts; nothing here rests on it.
#pragma warning disable CA5350
    private static (string, byte[]) WithHash(string text) => (text, SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    private static string Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"No script {name}. This is a bug.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
