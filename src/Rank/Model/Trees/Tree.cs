namespace Vigil.Rank.Model.Trees;

/// <summary>
/// A binary tree of at most sixteen leaves. Split 0 is the root; a child is a split, or, where negative, the leaf ~child. A row goes
/// left where its feature is at most the threshold.
/// </summary>
internal sealed record Tree(int[] Features, float[] Thresholds, int[] Left, int[] Right, double[] Leaves, double[] Expectations)
{
    /// <summary>As many as fit the bits of a mask.</summary>
    public const int MostLeaves = 16;

    /// <summary>What the tree says of a row before the first question: the mean over the rows it was grown on.</summary>
    public double Expectation => Expectations.Length == 0 ? Leaves[0] : Expectations[0];

    public double ValueOf(int child) => child < 0 ? Leaves[~child] : Expectations[child];

    /// <summary>Adds to each feature that is asked on the row's way what its answer changed; all of them sum to leaf less expectation.</summary>
    public void AddContributions(ReadOnlySpan<float> row, Span<double> contributions)
    {
        for (var at = Features.Length == 0 ? -1 : 0; at >= 0;)
        {
            var next = row[Features[at]] <= Thresholds[at] ? Left[at] : Right[at];
            contributions[Features[at]] += ValueOf(next) - Expectations[at];
            at = next;
        }
    }

    /// <summary>Leaves in order from left to right, and for every split the leaves below its left child as a range of that order.</summary>
    public (int[] Order, (int First, int End)[] LeftRanges) LeafOrder()
    {
        var order = new List<int>(Leaves.Length);
        var ranges = new (int, int)[Features.Length];
        Visit(Features.Length == 0 ? ~0 : 0);
        return ([.. order], ranges);

        void Visit(int node)
        {
            if (node < 0)
            {
                order.Add(~node);
                return;
            }

            var first = order.Count;
            Visit(Left[node]);
            ranges[node] = (first, order.Count);
            Visit(Right[node]);
        }
    }
}
