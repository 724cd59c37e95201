using Vigil.Review.Projection;

namespace Vigil.Review;

/// <summary>Names of the positions of <c>decisions</c> in Redis, asked of Kafka once and again after <see cref="Forget"/>.</summary>
internal sealed class PositionNames(TopicDirectory directory, string decisionsTopic)
{
    private TopicLayout? _layout;

    public async Task<string> DecisionsFieldAsync(int partition)
    {
        var layout = Volatile.Read(ref _layout);
        if (layout is null || partition >= layout.Partitions)
        {
            layout = (await directory.DescribeAsync(decisionsTopic))[0];
            Volatile.Write(ref _layout, layout);
        }

        return layout.Field(partition);
    }

    /// <summary>The topic may have been created anew: its positions have other names then.</summary>
    public void Forget() => Volatile.Write(ref _layout, null);
}
