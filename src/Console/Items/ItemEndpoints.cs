using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Vigil.Contracts;
using Vigil.Review;
using Vigil.ReviewConsole.Pages;
using Vigil.ReviewConsole.SignIn;
using Vigil.ReviewConsole.Text;
using Vigil.ReviewConsole.Work;

namespace Vigil.ReviewConsole.Items;

/// <summary>One item without a claim: what it says, where it stands, what was decided. Looking at it claims nothing.</summary>
internal static class ItemEndpoints
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        var items = pages.MapGroup("").RequireAuthorization(ConsolePolicies.Content);
        items.MapGet($"{ConsolePaths.Root}/item", ShowAsync);
        items.MapGet($"{ConsolePaths.Root}/text", TextAsync);
    }

    private static async Task<IResult> ShowAsync(string? id, string? notice, ReviewQueue queues, ContentDesk contents, IOptions<ConsoleOptions> options, HttpContext context)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        var item = await queues.ItemAsync(id ?? "");
        return item.Value is { } details
            ? ConsolePage.Of<ItemPage>(new
            {
                Reviewer = reviewer.Name,
                Details = reviewer.IsLead ? details : details.Blind(),
                Content = await contents.ReadAsync(details, reviewer, context.RequestAborted),
                IsLead = reviewer.IsLead,
                Notice = Refusals.Known(notice),
                Score = options.Value.ScoreOf(details.Current.Queue),
            })
            : Unknown(item.Refused ?? Refusal.NotFound);
    }

    /// <summary>One page of one text; with the module only that, else in a page of its own.</summary>
    private static async Task<IResult> TextAsync(string? id, int part, int page, ContentDesk contents, HttpContext context)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        var found = await contents.FindAsync(id ?? "", reviewer, context.RequestAborted);
        if (found.Value?.Content is not { } content || part < 0 || part >= content.Parts.Count || content.Parts[part] is not TextPart text)
        {
            return Unknown(found.Refused ?? Refusal.NotFound);
        }

        var shown = ShownText.PageOf(text.Text, found.Value.Item?.Ranking?.Snippet.WindowIn(part, text.Text), page);
        return PagePart.IsAskedFor(context.Request)
            ? ConsolePage.Of<TextPagePart>(new { Id = id, Part = part, Page = shown })
            : ConsolePage.Of<WholeTextPage>(new { Reviewer = reviewer.Name, Id = id, Part = part, Page = shown });
    }

    private static RazorComponentResult<MessagePage> Unknown(Refusal refusal) => ConsolePage.Of<MessagePage>(new { Title = "Not here", Message = Refusals.Say(refusal) }, Refusals.StatusOf(refusal));
}
