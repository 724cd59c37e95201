namespace Vigil.Pipeline.Samples;

public sealed class PhrasesTests
{
    [Fact]
    public void Say_EveryRuleOfEveryLanguage_EndsInPlainText()
    {
        foreach (var language in Phrases.LoadAll())
        {
            foreach (var rule in language.Rules)
            {
                for (var seed = 0; seed < 40; seed++)
                {
                    var text = language.Say(rule, Draw.For(seed, rule));

                    Assert.NotEmpty(text);
                    Assert.DoesNotContain('{', text);
                    Assert.DoesNotContain('|', text);
                }
            }
        }
    }

    [Fact]
    public void Say_SlotOfEachKind_IsFilled()
    {
        var phrases = Phrases.Parse("xx", "[a]\n{b} {3-3} {c|{b}}\n[b]\nred");

        var said = Enumerable.Range(0, 20).Select(seed => phrases.Say("a", Draw.For(seed, "a"))).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(["red 3 c", "red 3 red"], said);
    }

    [Theory]
    [InlineData("[a]\n{b}", "no rule 'b'")]
    [InlineData("[a]\n{b", "never closed")]
    [InlineData("loose\n[a]\nx", "before the first rule")]
    public void Say_BrokenGrammar_SaysWhatIsWrong(string text, string expected)
    {
        var fault = Assert.Throws<FormatException>(() => Phrases.Parse("xx", text).Say("a", new Draw(1)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }
}
