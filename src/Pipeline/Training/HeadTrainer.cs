using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>How the heads are fitted.</summary>
internal sealed record HeadSettings
{
    public int Passes { get; init; } = 4;
    public float WordingRate { get; init; } = 0.2f;
    public float MeaningRate { get; init; } = 0.2f;
    public float BiasRate { get; init; } = 0.05f;

    /// <summary>Starting sum of squares: damps the first steps of rare n-grams.</summary>
    public float Damping { get; init; } = 1e-3f;
}

/// <summary>
/// Fits the wording, meaning and joint heads of all outputs together by AdaGrad (Duchi, Hazan, Singer 2011) on masked log-loss, one
/// row at a time in a fixed shuffled order.
/// </summary>
internal sealed class HeadTrainer
{
    private readonly HeadRows _rows;
    private readonly HeadSettings _settings;
    private readonly HeadTables _tables;
    private readonly float[] _wordingSquares;
    private readonly float[] _meaningSquares;
    private readonly float[] _biasSquares;
    private readonly int _outputs;

    private HeadTrainer(HeadRows rows, int outputs, HeadSettings settings)
    {
        _rows = rows;
        _settings = settings;
        _outputs = outputs;
        _tables = new(outputs, rows.Dimension);
        _wordingSquares = Damped(_tables.Wording.Length);
        _meaningSquares = Damped(_tables.Meaning.Length);
        _biasSquares = Damped(_tables.Bias.Length);
    }

    /// <param name="order">The rows to fit on, in the order of one pass.</param>
    /// <param name="targets">Rows × outputs: label and weight.</param>
    public static HeadTables Fit(HeadRows rows, int[] order, (float Label, float Weight)[] targets, int outputs, HeadSettings settings, CancellationToken cancellation)
    {
        var trainer = new HeadTrainer(rows, outputs, settings);
        for (var pass = 0; pass < settings.Passes; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var row in order)
            {
                trainer.Step(row, targets.AsSpan(row * outputs, outputs));
            }
        }

        return trainer._tables;
    }

    private void Step(int row, ReadOnlySpan<(float Label, float Weight)> targets)
    {
        Span<float> heads = stackalloc float[3 * _outputs];
        var buckets = _rows.Buckets(row);
        var vector = _rows.Vector(row);
        _tables.Score(buckets, vector, heads);
        Span<float> wording = stackalloc float[_tables.Stride];
        Span<float> meaning = stackalloc float[_tables.Stride];
        wording.Clear();
        meaning.Clear();
        for (var i = 0; i < heads.Length; i++)
        {
            var (label, weight) = targets[i % _outputs];
            var gradient = weight == 0 ? 0 : weight * ((1 / (1 + MathF.Exp(-heads[i]))) - label);
            _biasSquares[i] += gradient * gradient;
            _tables.Bias[i] -= _settings.BiasRate * gradient / MathF.Sqrt(_biasSquares[i]);
            switch (i / _outputs)
            {
                case 0:
                    wording[i] = gradient;
                    break;
                case 1:
                    meaning[i - _outputs] = gradient;
                    break;
                default:
                    wording[i - _outputs] = gradient;
                    meaning[i - _outputs] = gradient;
                    break;
            }
        }

        UpdateWording(buckets, wording);
        UpdateMeaning(vector, meaning);
    }

    private void UpdateWording(ReadOnlySpan<int> buckets, ReadOnlySpan<float> gradients)
    {
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_tables.Wording);
        ref var squares = ref MemoryMarshal.GetArrayDataReference(_wordingSquares);
        var scale = HeadTables.Scale(buckets.Length);
        for (var block = 0; block < gradients.Length; block += Vector256<float>.Count)
        {
            var gradient = Vector256.Create(gradients[block..]) * scale;
            foreach (var bucket in buckets)
            {
                Update(ref weights, ref squares, (nuint)((bucket * _tables.Stride) + block), gradient, _settings.WordingRate);
            }
        }
    }

    private void UpdateMeaning(ReadOnlySpan<float> vector, ReadOnlySpan<float> gradients)
    {
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_tables.Meaning);
        ref var squares = ref MemoryMarshal.GetArrayDataReference(_meaningSquares);
        for (var block = 0; block < gradients.Length; block += Vector256<float>.Count)
        {
            var gradient = Vector256.Create(gradients[block..]);
            for (var i = 0; i < vector.Length; i++)
            {
                Update(ref weights, ref squares, (nuint)((i * _tables.Stride) + block), gradient * vector[i], _settings.MeaningRate);
            }
        }
    }

    private static void Update(ref float weights, ref float squares, nuint at, Vector256<float> gradient, float rate)
    {
        var sum = Vector256.LoadUnsafe(ref squares, at) + (gradient * gradient);
        sum.StoreUnsafe(ref squares, at);
        var weight = Vector256.LoadUnsafe(ref weights, at) - (gradient * rate / Vector256.Sqrt(sum));
        weight.StoreUnsafe(ref weights, at);
    }

    private float[] Damped(int length)
    {
        var squares = new float[length];
        Array.Fill(squares, _settings.Damping);
        return squares;
    }
}
