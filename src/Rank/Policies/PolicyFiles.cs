using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Vigil.Contracts;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Vigil.Rank.Policies;

/// <summary>Reads <c>policies/*.yaml</c> into a snapshot, or reports everything that is wrong with them at once.</summary>
public static partial class PolicyFiles
{
    private const int MaxFileBytes = 64 << 10;
    private const int LongestClause = 2_000;

    private static readonly string[] Reserved = [PolicySet.UnreadableQueue, PolicySet.UnscoredQueue, PolicySet.AuditQueue, PolicySet.AppealsQueue];

    private static readonly string[] Known = ["title", "severity", "handling_seconds", "queue", "escalation_queue", "threshold", "clause"];

    /// <exception cref="PolicyFileException">A file is missing, broken or out of range; names every fault.</exception>
    public static PolicySet Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PolicyFileException([$"{folder}: no such folder of policy files"]);
        }

        var files = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).ToArray();
        var errors = new List<string>();
        var policies = new List<Policy>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)}:{bytes.Length}\n"));
            hash.AppendData(bytes);
            if (Read(file, bytes, errors) is { } policy)
            {
                policies.Add(policy);
            }
        }

        if (files.Length == 0)
        {
            errors.Add($"{folder}: no *.yaml file");
        }

        return errors.Count > 0
            ? throw new PolicyFileException(errors)
            : new PolicySet([.. policies.OrderBy(policy => policy.Id, StringComparer.Ordinal)], Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static Policy? Read(string file, byte[] bytes, List<string> errors)
    {
        var name = Path.GetFileName(file);
        var fields = Fields(name, bytes, errors);
        if (fields is null)
        {
            return null;
        }

        var before = errors.Count;
        var id = Path.GetFileNameWithoutExtension(file);
        Require(Name().IsMatch(id), name, "the file name is the policy's id: a-z, 0-9, _ and -, at most 64", errors);
        foreach (var key in fields.Keys.Except(Known))
        {
            errors.Add($"{name}: {key}: no such setting; known are {string.Join(", ", Known)}");
        }

        var severity = Number(name, fields, "severity", 1, 10, errors);
        Require(severity == Math.Floor(severity), name, "severity: a whole number from 1 to 10", errors);
        var policy = new Policy(
            id,
            Text(name, fields, "title", errors),
            (int)severity,
            Number(name, fields, "handling_seconds", 1, 86_400, errors),
            Queue(name, fields, "queue", errors),
            Queue(name, fields, "escalation_queue", errors),
            Number(name, fields, "threshold", 0.001, 1, errors),
            fields.GetValueOrDefault("clause", "").Trim());
        Require(policy.Clause.Length <= LongestClause, name, $"clause: longer than {LongestClause} characters", errors);
        Require(policy.Queue != policy.EscalationQueue || policy.Queue.Length == 0, name, "escalation_queue: must differ from queue", errors);
        return errors.Count == before ? policy : null;
    }

    /// <summary>Read event by event: a file that is nested deeper than a list of settings ends at its first bracket, not on the stack.</summary>
    private static Dictionary<string, string>? Fields(string name, byte[] bytes, List<string> errors)
    {
        if (bytes.Length > MaxFileBytes)
        {
            errors.Add($"{name}: larger than {MaxFileBytes >> 10} KiB");
            return null;
        }

        try
        {
            var yaml = new Parser(new StringReader(Encoding.UTF8.GetString(bytes)));
            yaml.Consume<StreamStart>();
            if (yaml.TryConsume<DocumentStart>(out _) && yaml.TryConsume<MappingStart>(out _)
                && Pairs(yaml, name, errors) is { } fields && yaml.TryConsume<DocumentEnd>(out _) && yaml.TryConsume<StreamEnd>(out _))
            {
                return fields;
            }

            errors.Add($"{name}: expected one flat list of settings");
        }
        catch (YamlException e)
        {
            errors.Add($"{name}: line {e.Start.Line}: not YAML: {e.Message}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the scanner says of some broken texts.
            errors.Add($"{name}: not YAML");
        }

        return null;
    }

    /// <returns>Null where a key or a value is no plain text.</returns>
    private static Dictionary<string, string>? Pairs(Parser yaml, string name, List<string> errors)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!yaml.TryConsume<MappingEnd>(out _))
        {
            if (!yaml.TryConsume<Scalar>(out var key) || !yaml.TryConsume<Scalar>(out var value))
            {
                return null;
            }

            Require(fields.TryAdd(key.Value, value.Value), name, $"{key.Value}: set twice", errors);
        }

        return fields;
    }

    private static string Text(string name, Dictionary<string, string> fields, string key, List<string> errors)
    {
        var value = fields.GetValueOrDefault(key, "");
        Require(value.Length > 0, name, $"{key}: missing", errors);
        return value;
    }

    private static string Queue(string name, Dictionary<string, string> fields, string key, List<string> errors)
    {
        var value = Text(name, fields, key, errors);
        Require(value.Length == 0 || Name().IsMatch(value), name, $"{key}: a-z, 0-9, _ and -, at most 64", errors);
        Require(!Reserved.Contains(value), name, $"{key}: {value} is reserved", errors);
        return value;
    }

    private static double Number(string name, Dictionary<string, string> fields, string key, double least, double most, List<string> errors)
    {
        if (double.TryParse(fields.GetValueOrDefault(key, ""), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {key}: a number from {least} to {most} is needed"));
        return least;
    }

    private static void Require(bool holds, string name, string message, List<string> errors)
    {
        if (!holds)
        {
            errors.Add($"{name}: {message}");
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex Name();
}

/// <summary>What is wrong with the policy files, all of it.</summary>
public sealed class PolicyFileException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
