using System.Numerics.Tensors;

namespace Vigil.Pipeline.Training;

/// <summary>Minimises a smooth convex function by limited-memory BFGS (Liu, Nocedal 1989) with halving steps.</summary>
internal static class Lbfgs
{
    private const int Memory = 8;
    private const int MostHalvings = 20;

    /// <param name="evaluate">Of a point, and where its gradient goes.</param>
    public static double[] Minimise(Func<double[], double[], double> evaluate, int size, int steps)
    {
        var (point, gradient) = (new double[size], new double[size]);
        var value = evaluate(point, gradient);
        var pairs = new LinkedList<(double[] Move, double[] Bend, double Dot)>();
        for (var step = 0; step < steps; step++)
        {
            var direction = Direction(gradient, pairs);
            if (Next(evaluate, point, value, gradient, direction) is not var (nextPoint, nextValue, nextGradient))
            {
                break;
            }

            Remember(pairs, Less(nextPoint, point), Less(nextGradient, gradient));
            var gain = value - nextValue;
            (point, value, gradient) = (nextPoint, nextValue, nextGradient);
            if (gain < 1e-7 * Math.Abs(value))
            {
                break;
            }
        }

        return point;
    }

    /// <summary>The two-loop recursion: minus the inverse curvature, as far as remembered, times the gradient.</summary>
    private static double[] Direction(double[] gradient, LinkedList<(double[] Move, double[] Bend, double Dot)> pairs)
    {
        var direction = (double[])gradient.Clone();
        var shares = new double[pairs.Count];
        var at = pairs.Count;
        for (var pair = pairs.Last; pair is not null; pair = pair.Previous)
        {
            shares[--at] = TensorPrimitives.Dot<double>(pair.Value.Move, direction) / pair.Value.Dot;
            TensorPrimitives.MultiplyAdd(pair.Value.Bend, -shares[at], direction, direction);
        }

        var scale = pairs.Last is { Value: var last } ? last.Dot / TensorPrimitives.SumOfSquares<double>(last.Bend) : 1 / TensorPrimitives.Norm<double>(gradient);
        TensorPrimitives.Multiply(direction, -scale, direction);
        foreach (var (move, bend, dot) in pairs)
        {
            var share = (TensorPrimitives.Dot<double>(bend, direction) / dot) + shares[at++];
            TensorPrimitives.MultiplyAdd(move, -share, direction, direction);
        }

        return direction;
    }

    private static (double[] Point, double Value, double[] Gradient)? Next(
        Func<double[], double[], double> evaluate, double[] point, double value, double[] gradient, double[] direction)
    {
        var descent = TensorPrimitives.Dot<double>(gradient, direction);
        var (next, nextGradient) = (new double[point.Length], new double[point.Length]);
        var length = 1.0;
        for (var halving = 0; halving < MostHalvings; halving++, length /= 2)
        {
            TensorPrimitives.MultiplyAdd(direction, length, point, next);
            var nextValue = evaluate(next, nextGradient);
            if (nextValue <= value + (1e-4 * length * descent))
            {
                return (next, nextValue, nextGradient);
            }
        }

        return null;
    }

    private static void Remember(LinkedList<(double[] Move, double[] Bend, double Dot)> pairs, double[] move, double[] bend)
    {
        var dot = TensorPrimitives.Dot<double>(move, bend);
        if (dot > 1e-12)
        {
            pairs.AddLast((move, bend, dot));
            if (pairs.Count > Memory)
            {
                pairs.RemoveFirst();
            }
        }
    }

    private static double[] Less(double[] left, double[] right)
    {
        var difference = new double[left.Length];
        TensorPrimitives.Subtract(left, right, difference);
        return difference;
    }
}
