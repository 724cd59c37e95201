using Vigil.Contracts;
using Vigil.Embed;

namespace Vigil.Pipeline.Bench;

/// <summary>What only a bench may ask of a worker is refused everywhere else.</summary>
public sealed class BenchOnlyTests
{
    [Theory]
    [InlineData("vigil.")]
    [InlineData("")]
    [InlineData("prod-vigil-bench.")]
    public void Over_TopicsThatAreNotABenchs_Refuses(string prefix)
    {
        var refusal = Assert.Throws<CommandFailedException>(() => SleepingEncoder.Over(new NoEncoder(), "20", prefix));

        Assert.Contains(SleepingEncoder.Variable, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    [InlineData("10001")]
    public void Over_NoSuchTime_Refuses(string asked) =>
        Assert.Throws<CommandFailedException>(() => SleepingEncoder.Over(new NoEncoder(), asked, "vigil-bench.x."));

    [Fact]
    public void Encode_OnABenchsTopics_GivesUnitVectorsUnderTheEncodersName()
    {
        using var encoder = SleepingEncoder.Over(new NoEncoder(), "1", "vigil-bench.x.");

        using var vectors = encoder.Encode([new TokenWindow(0, 1, new[] { 1 }, 0), new TokenWindow(0, 1, new[] { 1 }, 0)], TestContext.Current.CancellationToken);

        Assert.Equal("hash", encoder.Hash);
        Assert.Equal([1, 0, 0, 0], vectors.Row(1).ToArray());
    }

    [Fact]
    public void IsAsked_AtLeastOnceOnOtherTopics_Refuses() =>
        Assert.Throws<CommandFailedException>(() => AtLeastOnceOutcomes.IsAsked("1", "vigil."));

    [Theory]
    [InlineData(null, "vigil.", false)]
    [InlineData("", "vigil.", false)]
    [InlineData("1", "vigil-bench.x.", true)]
    public void IsAsked_AtLeastOnce_OnlyWhereItIsSet(string? variable, string prefix, bool expected) =>
        Assert.Equal(expected, AtLeastOnceOutcomes.IsAsked(variable, prefix));

    [Fact]
    public void SwitchedTelemetry_OnOtherTopics_Refuses() =>
        Assert.Throws<CommandFailedException>(() => SwitchedTelemetry.Check("1", "vigil."));

    private sealed class NoEncoder : IEncoder
    {
        public string Name => "name";

        public string Hash => "hash";

        public int Dimension => 4;

        public InferenceProvider Provider => InferenceProvider.Cpu;

        public IReadOnlyList<TokenWindow> Tokenize(string text) => [];

        public EmbeddingBatch Encode(IReadOnlyList<TokenWindow> windows, CancellationToken cancellation) => throw new InvalidOperationException("It was to sleep.");

        public EmbeddingBatch Encode(IReadOnlyList<string> texts, CancellationToken cancellation) => throw new InvalidOperationException("It was to sleep.");

        public void Dispose()
        {
        }
    }
}
