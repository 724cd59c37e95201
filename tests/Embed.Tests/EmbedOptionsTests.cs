using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Vigil.Embed.Tests;

public sealed class EmbedOptionsTests
{
    [Fact]
    public void Validate_Defaults_Succeeds()
    {
        Assert.True(new EmbedOptionsValidator().Validate(null, new EmbedOptions()).Succeeded);
    }

    [Fact]
    public void Validate_SeveralFaults_ListsAllAtOnce()
    {
        var options = new EmbedOptions { Folder = "", Provider = (InferenceProvider)9, TokenBudget = 5, CallTokens = -1, Threads = 0, Device = -1 };

        Assert.Equal(6, new EmbedOptionsValidator().Validate(null, options).Failures!.Count());
    }

    [Fact]
    public void AddEmbed_BadOptions_FailsAtStartNotAtTheFirstItem()
    {
        using var services = new ServiceCollection().AddEmbed().AddEmbed().Configure<EmbedOptions>(options => options.TokenBudget = 1).BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Single(fault.Failures);
    }
}
