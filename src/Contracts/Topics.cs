namespace Vigil.Contracts;

/// <summary>What a topic is created with.</summary>
/// <param name="Retention">Null: compacted.</param>
public sealed record TopicSettings(string Name, int Partitions, TimeSpan? Retention, bool LogAppendTime, int MaxMessageBytes)
{
    public bool Compacted => Retention is null;
}

/// <summary>Vigil's topics under one prefix, with the settings of <c>design.md</c> §3.</summary>
public sealed class Topics(string prefix = Topics.DefaultPrefix)
{
    public const string DefaultPrefix = "vigil.";

    private const int Mebibyte = 1024 * 1024;

    public string Content { get; } = prefix + "content";
    public string Bank { get; } = prefix + "bank";
    public string BankIndex { get; } = prefix + "bank-index";
    public string Ranked { get; } = prefix + "ranked";
    public string Status { get; } = prefix + "status";
    public string DeadLetters { get; } = prefix + "dead-letters";
    public string Decisions { get; } = prefix + "decisions";
    public string Views { get; } = prefix + "views";

    public IReadOnlyList<TopicSettings> Settings =>
    [
        new(Content, 12, TimeSpan.FromDays(7), LogAppendTime: true, 21 * Mebibyte / 4),
        new(Bank, 1, null, LogAppendTime: false, 21 * Mebibyte / 4),
        new(BankIndex, 1, null, LogAppendTime: false, Mebibyte),
        new(Ranked, 12, TimeSpan.FromDays(30), LogAppendTime: true, Mebibyte),
        new(Status, 12, TimeSpan.FromDays(30), LogAppendTime: false, Mebibyte),
        new(DeadLetters, 3, TimeSpan.FromDays(30), LogAppendTime: false, 6 * Mebibyte),
        new(Decisions, 12, TimeSpan.FromDays(400), LogAppendTime: true, Mebibyte),
        new(Views, 12, TimeSpan.FromDays(400), LogAppendTime: true, Mebibyte),
    ];
}
