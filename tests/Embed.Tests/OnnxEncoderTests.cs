using System.Numerics.Tensors;

namespace Vigil.Embed.Tests;

public sealed class OnnxEncoderTests(EncoderFixture fixture)
{
    private const float Tolerance = 2e-6f;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Encode_GoldenIds_EqualsTheReference()
    {
        var windows = Golden.Vectors.Select(line => new TokenWindow(0, line.Text.Length, line.Ids, 0)).ToList();

        using var vectors = fixture.Encoder.Encode(windows, Cancellation);

        for (var row = 0; row < windows.Count; row++)
        {
            Assert.True(TensorPrimitives.Dot<float>(vectors.Row(row), Golden.Vectors[row].Vector) > 0.99999f, Golden.Vectors[row].Id);
        }
    }

    [Fact]
    public void Encode_AloneAndInAMixedBatch_IsTheSameVector()
    {
        var texts = Golden.Vectors.Select(line => line.Text).ToList();
        using var together = fixture.Encoder.Encode(texts, Cancellation);

        for (var row = 0; row < texts.Count; row++)
        {
            using var alone = fixture.Encoder.Encode([texts[row]], Cancellation);
            Assert.True(MaxDifference(alone.Row(0), together.Row(row)) <= Tolerance, Golden.Vectors[row].Id);
        }
    }

    // The runtime frees a graph under its callers, which ends the process.
    [Fact]
    public async Task Dispose_WhileOthersEncode_WaitsForThemAndRefusesTheNext()
    {
        var encoder = OnnxEncoder.Load(EncoderFixture.Folder, new EmbedOptions { Threads = 1 });
        using var begun = new CountdownEvent(4);
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(EncodeUntilRefused, Cancellation)).ToList();
        Assert.True(begun.Wait(TimeSpan.FromSeconds(60), Cancellation));

        encoder.Dispose();

        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        void EncodeForEver()
        {
            while (true)
            {
                encoder.Encode(["a line of mild text"], Cancellation).Dispose();
            }
        }

        void EncodeUntilRefused()
        {
            encoder.Encode(["a line of mild text"], Cancellation).Dispose();
            begun.Signal();
            Assert.Throws<ObjectDisposedException>(EncodeForEver);
        }
    }

    [Fact]
    public void Encode_AnyText_IsAUnitVector()
    {
        using var vectors = fixture.Encoder.Encode(["", "   ", "a", "\uD800", new string('a', 50_000), "\uE000"], Cancellation);

        for (var row = 0; row < vectors.Count; row++)
        {
            Assert.Equal(1f, TensorPrimitives.Norm<float>(vectors.Row(row)), 1e-4f);
        }
    }

    [Fact]
    public void Encode_DisguisedText_IsNearlyTheSameVector()
    {
        using var vectors = fixture.Encoder.Encode(["meet me by the green gate at noon", "MEET me by the gr\u200Been g\u0430te at n\u043E\u043En"], Cancellation);

        Assert.Equal(1f, TensorPrimitives.Dot<float>(vectors.Row(0), vectors.Row(1)), 1e-4f);
    }

    [Fact]
    public async Task Encode_FromSeveralThreads_IsTheSameVector()
    {
        var texts = Golden.Vectors.Take(60).Select(line => line.Text).ToList();
        using var expected = fixture.Encoder.Encode(texts, Cancellation);

        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => fixture.Encoder.Encode(texts, Cancellation))));

        foreach (var vectors in all)
        {
            Assert.True(MaxDifference(expected.Values, vectors.Values) <= Tolerance);
            vectors.Dispose();
        }
    }

    [Fact]
    public void Encode_RuntimeFails_SaysSoAndStaysUsable()
    {
        var outside = new TokenWindow(0, 1, new[] { 1, 999_999_999, 2 }, 0);

        var fault = Assert.Throws<EncoderException>(() => fixture.Encoder.Encode([outside], Cancellation));

        Assert.Contains("ONNX Runtime failed", fault.Message, StringComparison.Ordinal);
        using var after = fixture.Encoder.Encode(["a"], Cancellation);
        Assert.Equal(1, after.Count);
    }

    [Fact]
    public void Encode_Cancelled_Throws()
    {
        Assert.Throws<OperationCanceledException>(() => fixture.Encoder.Encode(["a"], new CancellationToken(canceled: true)));
    }

    private static float MaxDifference(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var difference = new float[left.Length];
        TensorPrimitives.Subtract(left, right, difference);
        return TensorPrimitives.MaxMagnitude<float>(difference) is var worst ? Math.Abs(worst) : 0;
    }
}
