using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Commands;
using Vigil.Review;

namespace Vigil.Pipeline.Tests.Review;

public sealed class ReviewPrefixTests
{
    // Two installations on one Redis: where only Kafka's prefix was set, one showed and claimed the other's items.
    [Theory]
    [InlineData("{vigil}")]
    [InlineData("{trial}", "Kafka:Prefix=trial.")]
    [InlineData("{own}", "Kafka:Prefix=trial.", "Review:KeyPrefix={own}")]
    public async Task KeyPrefix_OfAnInstallation_FollowsThatOfKafkaUnlessSet(string expected, params string[] settings)
    {
        await using var services = CommandServices.Build(QueueCommand.AddReviewOptions, settings.Select(setting => setting.Split('=')).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));

        Assert.Equal(expected, services.GetRequiredService<IOptions<ReviewOptions>>().Value.KeyPrefix);
    }
}
