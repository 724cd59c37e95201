using System.Numerics;

namespace Vigil.Rank.Model.Trees;

/// <summary>
/// The trees of all outputs, scored together without walking any: every split whose answer is "right" strikes the leaves on its left
/// off its tree's mask, and the first leaf that is left is the row's (QuickScorer; Lucchese et al. 2015). Splits of a feature lie by
/// threshold, so those that answer "right" are the first of its list. Gives LightGBM's own log-odds, bit for bit.
/// </summary>
public sealed class TreeEnsemble
{
    private const int MostOnStack = 4096;

    private readonly Tree[][] _trees;
    private readonly int[] _firstTree;
    private readonly double[] _leaves;

    // Splits by feature, then by threshold.
    private readonly int[] _firstSplit;
    private readonly float[] _thresholds;
    private readonly ushort[] _treeOfSplit;
    private readonly ushort[] _kept;

    private TreeEnsemble(Tree[][] trees, int features)
    {
        Features = features;
        _trees = trees;
        _firstTree = new int[trees.Length + 1];
        for (var output = 0; output < trees.Length; output++)
        {
            _firstTree[output + 1] = _firstTree[output] + trees[output].Length;
        }

        if (TreeCount > ushort.MaxValue)
        {
            throw new InvalidDataException($"trees: {TreeCount} are too many");
        }

        _leaves = new double[TreeCount * Tree.MostLeaves];
        var splits = new List<(int Feature, float Threshold, int Tree, int Kept)>();
        foreach (var (at, tree) in trees.SelectMany(each => each).Index())
        {
            var (order, ranges) = tree.LeafOrder();
            for (var leaf = 0; leaf < order.Length; leaf++)
            {
                _leaves[(at * Tree.MostLeaves) + leaf] = tree.Leaves[order[leaf]];
            }

            splits.AddRange(ranges.Select((range, split) => (tree.Features[split], tree.Thresholds[split], at, ~((1 << range.End) - (1 << range.First)))));
        }

        var sorted = splits.OrderBy(split => split.Feature).ThenBy(split => split.Threshold).ToArray();
        _firstSplit = [.. Enumerable.Range(0, features + 1).Select(feature => sorted.Count(split => split.Feature < feature))];
        _thresholds = Array.ConvertAll(sorted, split => split.Threshold);
        _treeOfSplit = Array.ConvertAll(sorted, split => (ushort)split.Tree);
        _kept = Array.ConvertAll(sorted, split => (ushort)split.Kept);
    }

    public int Features { get; }

    public int Outputs => _trees.Length;

    private int TreeCount => _firstTree[^1];

    /// <param name="texts">As LightGBM saved them, one for each output.</param>
    /// <exception cref="InvalidDataException">Not the text of trees over so many features.</exception>
    public static TreeEnsemble Read(IReadOnlyList<string> texts, int features) => new([.. texts.Select(text => TreeText.Read(text, features))], features);

    /// <param name="row">Features numbers.</param>
    /// <param name="logOdds">Outputs.</param>
    public void Score(ReadOnlySpan<float> row, Span<double> logOdds)
    {
        Span<ushort> masks = TreeCount <= MostOnStack ? stackalloc ushort[TreeCount] : new ushort[TreeCount];
        Strike(row[..Features], masks);
        for (var output = 0; output < logOdds.Length; output++)
        {
            var sum = 0.0;
            for (var tree = _firstTree[output]; tree < _firstTree[output + 1]; tree++)
            {
                sum += _leaves[(tree * Tree.MostLeaves) + BitOperations.TrailingZeroCount(masks[tree])];
            }

            logOdds[output] = sum;
        }
    }

    /// <summary>
    /// What each feature of a row adds to an output's log-odds, around the mean of the rows that the trees were grown on. A feature is
    /// owed what its answers changed on the row's way through each tree (path attribution; Saabas 2014): a hundred times cheaper than
    /// Shapley values, and it sums to the same.
    /// </summary>
    /// <param name="contributions">One for each feature.</param>
    public void Explain(int output, ReadOnlySpan<float> row, Span<double> contributions)
    {
        contributions.Clear();
        foreach (var tree in _trees[output])
        {
            tree.AddContributions(row, contributions);
        }
    }

    /// <summary>What the contributions of a row add to.</summary>
    public double Expectation(int output) => _trees[output].Sum(tree => tree.Expectation);

    private void Strike(ReadOnlySpan<float> row, Span<ushort> masks)
    {
        masks.Fill(ushort.MaxValue);
        for (var feature = 0; feature < row.Length; feature++)
        {
            var value = row[feature];
            var end = _firstSplit[feature + 1];
            for (var split = _firstSplit[feature]; split < end && _thresholds[split] < value; split++)
            {
                masks[_treeOfSplit[split]] &= _kept[split];
            }
        }
    }
}
