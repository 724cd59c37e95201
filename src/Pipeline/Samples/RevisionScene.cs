using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Samples;

/// <summary>What happens to a post after it was published: edits, new reach, repeats, older revisions, deletions of both kinds.</summary>
internal sealed class RevisionScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int OfEach = 20;

    private readonly Poster _poster = new(draw);

    public void Play(Timeline timeline)
    {
        Func<Content, IReadOnlyList<Sample>>[] lives =
        [
            Edited, EditedUncounted, SeenMore, Repeated, OlderRevision, DeletedByNull, DeletedByFlag, DeletedThenOlder, PostedAgain, MendedAfterRejection,
        ];
        foreach (var life in lives)
        {
            for (var i = 0; i < OfEach; i++)
            {
                var at = draw.Share() * 0.8;
                timeline.AddSteps(at, draw, life(_poster.Post(at, Text(), "")));
            }
        }
    }

    private IReadOnlyList<Sample> Edited(Content post) =>
    [
        Step(Revision(post, 1), Expectation.Ranked),
        Step(Revision(post, 2, Text()), Expectation.Ranked),
        Step(Revision(post, 5, Text()), Expectation.Ranked),
    ];

    private IReadOnlyList<Sample> EditedUncounted(Content post) =>
    [
        Step(post, Expectation.Ranked),
        Step(Revision(post, 0, Text()), Expectation.Ranked),
    ];

    private IReadOnlyList<Sample> SeenMore(Content post) =>
    [
        Step(Revision(post, 1), Expectation.Ranked),
        Step(_poster.GoingRound(Revision(post, 1)), Expectation.Ranked),
    ];

    private IReadOnlyList<Sample> Repeated(Content post)
    {
        var again = Step(post, Expectation.Ranked);
        return [again, again with { Expected = Expectation.ToBe(Expectation.Duplicate) }, again with { Expected = Expectation.ToBe(Expectation.Duplicate) }];
    }

    private IReadOnlyList<Sample> OlderRevision(Content post)
    {
        var first = Step(Revision(post, 3), Expectation.Ranked);
        return
        [
            first,
            Step(Revision(post, 4, Text()), Expectation.Ranked),
            first with { Expected = Expectation.ToBe(Expectation.Superseded) },
            Step(Revision(post, 2, Text()), Expectation.Superseded),
        ];
    }

    private IReadOnlyList<Sample> DeletedByNull(Content post) =>
    [
        Step(Revision(post, 7), Expectation.Ranked),
        new(StreamRecord.Of(post.Id, null), Expectation.ToBe(Expectation.Withdrawn)),
    ];

    private IReadOnlyList<Sample> DeletedByFlag(Content post) =>
    [
        Step(post, Expectation.Ranked),
        Step(Deleted(post.Id, 0), Expectation.Withdrawn),
    ];

    private IReadOnlyList<Sample> DeletedThenOlder(Content post) =>
    [
        Step(Revision(post, 1), Expectation.Ranked),
        Step(Deleted(post.Id, 2), Expectation.Withdrawn),
        Step(Revision(post, 1), Expectation.Superseded),
    ];

    private IReadOnlyList<Sample> PostedAgain(Content post) =>
    [
        Step(post, Expectation.Ranked),
        Step(Deleted(post.Id, 0), Expectation.Withdrawn),
        Step(Revision(post, 0, Text()), Expectation.Ranked),
    ];

    // A rejected record is never the latest of its id, so neither the mended nor the repeated one is measured by it.
    private IReadOnlyList<Sample> MendedAfterRejection(Content post)
    {
        var whole = Step(Revision(post, 1), Expectation.Ranked);
        var cut = StreamRecord.Of(post.Id, post.Spell(Wording.CamelCaseJson)[..^9]);
        return
        [
            new(cut, Expectation.ToBeRejected(Contracts.RejectReason.Undecodable)),
            whole,
            new(cut, Expectation.ToBeRejected(Contracts.RejectReason.Undecodable)),
            whole with { Expected = Expectation.ToBe(Expectation.Duplicate) },
        ];
    }

    private Sample Step(Content content, string outcome) => new(content.ToRecord(_poster.AnyWording()), Expectation.ToBe(outcome));

    private string Text()
    {
        var language = draw.Of(languages);
        return language.Say("chatter", draw);
    }

    private static Content Deleted(string id, long revision) => new() { Id = id, Revision = revision, Deleted = true };

    private static Content Revision(Content post, long revision, string? text = null)
    {
        var next = post.Clone();
        next.Revision = revision;
        if (text is not null)
        {
            next.Parts[0].Text = text;
        }

        return next;
    }
}
