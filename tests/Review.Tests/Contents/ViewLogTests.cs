using System.Text;
using Microsoft.Extensions.Options;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Contents;

/// <summary>What reviewers are shown is on the log first.</summary>
public sealed class ViewLogTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_Read_IsOnTheLogByItsReviewer()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("seen", "calm words");
        using var ana = host.Ana;
        await ReviewHost.ClaimAsync(ana, "hate", Cancellation);

        Assert.Equal(200, (await ReviewHost.GetAsync(ana, "/items/seen/content", Cancellation)).Status);

        var record = Assert.Single(await host.ReadAsync(host.Topics.Views, records => records.Count >= 1, Cancellation));
        var view = View.Parser.ParseFrom(record.Message.Value);
        Assert.Equal(("ana", "seen", "hate", View.Types.Kind.Delivered), (view.Reviewer, view.ContentId, view.Queue, view.Kind));
        Assert.Equal(32, view.Version.Digest.Length);
        Assert.Equal("ana", Encoding.UTF8.GetString(record.Message.Key));
    }

    [Fact]
    public async Task Restricted_QueueThatIsNot_EndsTheStart()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.AddInstanceAsync(settings: ("Restricted", "hate, hat")));

        Assert.Contains("no policy has the queue hat;", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit, hate", 503)]
    [InlineData("audit", 200)]
    public async Task Content_ViewsCannotBeWritten_IsWithheldOfARestrictedQueueOnly(string restricted, int status)
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("unseen", "calm words");
        await host.AddInstanceAsync(producerBootstrap: "127.0.0.1:1", settings: ("Restricted", restricted));
        using var ana = host.Client(ReviewHost.AnaToken, instance: 1);
        await ReviewHost.ClaimAsync(ana, "hate", Cancellation);

        var answer = await ReviewHost.GetAsync(ana, "/items/unseen/content", Cancellation);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 503 ? "withheld" : null, (string?)answer.Body!["code"]);
    }
}
