using System.Globalization;

namespace Vigil.Rank.Model.Trees;

/// <summary>
/// Reads the text that LightGBM saves its trees in, as far as Vigil grows them: numbers only, no missing values, at most sixteen
/// leaves. Any other text is refused.
/// </summary>
internal static class TreeText
{
    private const string NumericWithoutMissing = "2";

    /// <exception cref="InvalidDataException">Not such a text, or one that was cut off.</exception>
    public static Tree[] Read(string text, int features)
    {
        var end = text.IndexOf("\nend of trees", StringComparison.Ordinal);
        if (end < 0)
        {
            throw new InvalidDataException("trees: no whole model text");
        }

        var blocks = text[..end].Split("\nTree=");
        if (Field(Fields(blocks[0]), "max_feature_idx") != (features - 1).ToString(CultureInfo.InvariantCulture))
        {
            throw new InvalidDataException($"trees: grown on another number of features than {features}");
        }

        try
        {
            return [.. blocks.Skip(1).Select(block => Read(Fields(block), features))];
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new InvalidDataException($"trees: {e.Message}", e);
        }
    }

    private static Tree Read(Dictionary<string, string> fields, int features)
    {
        var leaves = Doubles(Field(fields, "leaf_value"));
        if (leaves.Length > Tree.MostLeaves || Field(fields, "num_cat") != "0" || fields.GetValueOrDefault("is_linear", "0") != "0")
        {
            throw new InvalidDataException("trees: of a kind that Vigil does not grow");
        }

        if (leaves.Length == 1)
        {
            return new([], [], [], [], leaves, []);
        }

        if (Parts(Field(fields, "decision_type")).Any(type => type != NumericWithoutMissing))
        {
            throw new InvalidDataException("trees: a split that is not on a number");
        }

        var (left, right) = (Integers(Field(fields, "left_child")), Integers(Field(fields, "right_child")));
        var (used, thresholds) = (Integers(Field(fields, "split_feature")), Doubles(Field(fields, "threshold")));
        var counts = Doubles(Field(fields, "leaf_count"));
        int[] lengths = [left.Length, right.Length, used.Length, thresholds.Length, counts.Length - 1];
        return lengths.All(length => length == leaves.Length - 1) && used.All(feature => feature >= 0 && feature < features)
            ? new(used, Array.ConvertAll(thresholds, RoundedDown), left, right, leaves, Means(left, right, leaves, counts))
            : throw new InvalidDataException("trees: the parts of a tree do not fit together");
    }

    /// <summary>The largest float not above it: a float is at most the one exactly where it is at most the other.</summary>
    private static float RoundedDown(double threshold)
    {
        var rounded = (float)threshold;
        return rounded > threshold ? MathF.BitDecrement(rounded) : rounded;
    }

    /// <summary>Of each split the mean of the leaves below it, each weighing as many rows as it held.</summary>
    private static double[] Means(int[] left, int[] right, double[] leaves, double[] counts)
    {
        var means = new double[left.Length];
        var visits = 0;
        Visit(0);
        return visits == left.Length ? means : throw new InvalidDataException("trees: splits that nothing leads to");

        (double Sum, double Count) Visit(int node)
        {
            if (node < 0)
            {
                return ~node < leaves.Length ? (leaves[~node] * counts[~node], counts[~node]) : throw new InvalidDataException("trees: no such leaf");
            }

            if (node >= left.Length || ++visits > left.Length)
            {
                throw new InvalidDataException("trees: no such split, or a circle of them");
            }

            var (leftSum, leftCount) = Visit(left[node]);
            var (rightSum, rightCount) = Visit(right[node]);
            var (sum, count) = (leftSum + rightSum, leftCount + rightCount);
            means[node] = sum / Math.Max(1, count);
            return (sum, count);
        }
    }

    private static Dictionary<string, string> Fields(string block)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in block.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                fields[line[..equals]] = line[(equals + 1)..];
            }
        }

        return fields;
    }

    private static string Field(Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name) ?? throw new InvalidDataException($"trees: {name} is missing");

    private static string[] Parts(string field) => field.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int[] Integers(string field) => Array.ConvertAll(Parts(field), part => int.Parse(part, CultureInfo.InvariantCulture));

    private static double[] Doubles(string field) => Array.ConvertAll(Parts(field), part => double.Parse(part, CultureInfo.InvariantCulture));
}
