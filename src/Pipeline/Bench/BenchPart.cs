namespace Vigil.Pipeline.Bench;

/// <summary>Figures that are measured together.</summary>
/// <param name="Names">All that may come of it.</param>
internal sealed record BenchPart(IReadOnlyList<string> Names, Func<CancellationToken, Task<IReadOnlyList<BenchFigure>>> MeasureAsync)
{
    /// <summary>Measures the parts that hold a wanted figure, and gives the wanted figures; none wanted: all.</summary>
    public static async Task<IReadOnlyList<BenchFigure>> AllAsync(IEnumerable<BenchPart> parts, IReadOnlySet<string> wanted, CancellationToken cancellation)
    {
        List<BenchFigure> figures = [];
        foreach (var part in parts.Where(part => wanted.Count == 0 || part.Names.Any(wanted.Contains)))
        {
            figures.AddRange((await part.MeasureAsync(cancellation)).Where(figure => wanted.Count == 0 || wanted.Contains(figure.Name)));
        }

        return figures;
    }
}
