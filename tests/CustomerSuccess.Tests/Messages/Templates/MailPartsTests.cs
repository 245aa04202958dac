using AngleSharp.Html.Parser;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Design;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Versions;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Messages.Templates;

/// <summary>The pure parts of a mail: colours, charts, styles, plain text, comparisons.</summary>
public sealed class MailPartsTests
{
    [Fact]
    public void Any_colour_a_company_chooses_can_be_read() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<(byte, byte, byte)>(), parts =>
    {
        var colour = new Colour(parts.Item1, parts.Item2, parts.Item3);
        return colour.Contrast(colour.Over()) >= 4.5 && colour.ReadableOn(Colour.White).Contrast(Colour.White) >= 4.5 && colour.ReadableOn(Colour.DarkSheet).Contrast(Colour.DarkSheet) >= 4.5
            && Colour.Parse(colour.ToString()) == colour;
    }));

    [Fact]
    public void A_subject_is_cut_between_characters()
    {
        var kind = TemplateKind.Find("welcome")!;
        for (var before = 190; before < 200; before++)
        {
            var subject = new string('x', before) + string.Concat(Enumerable.Repeat("\U0001F680", 20));
            var made = MakeMail.Run(new(subject, "", "<p>Hello</p>", ""), SampleLetters.Of(kind, BrandSettings.Usual), BrandSettings.Usual, new Frame(true, "Northwind", null, null));
            made.Subject.Length.ShouldBeLessThanOrEqualTo(200);
            new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(made.Subject).ShouldBePositive();
        }
    }

    [Theory]
    [InlineData("red")]
    [InlineData("#fff")]
    [InlineData("#12345g")]
    [InlineData("#1234567")]
    public void What_is_no_colour_is_none(string text) => Colour.Parse(text).ShouldBeNull();

    [Fact]
    public void Bars_are_as_high_as_their_counts_and_shares_fill_the_whole()
    {
        Bars.Of(new(2025, 4, 28), [0, 1, 50, 100], 40).Select(bar => (bar.Label, bar.Height, bar.Tone)).ShouldBe([("Mon", 2, "rest"), ("Tue", 4, "bar"), ("Wed", 20, "bar"), ("Thu", 40, "bar")]);
        Bars.Of(new(2025, 4, 28), [0, 0], 40).ShouldAllBe(bar => bar.Height == 2);
        var figure = Bars.Figure("Issues", new(2025, 4, 28), [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 2, 3]);
        (figure.Value, figure.Before, figure.Change, figure.Tone).ShouldBe((5L, 7L, "down 2", "down"));
        var shares = Bars.Shares([("a", "A", 9), ("b", "B", 9), ("c", "C", 8)]);
        shares.Select(share => share.Percent).ShouldBe([34, 34, 30]);
        shares.Sum(share => share.Width).ShouldBe(100);
        Bars.Shares([("a", "A", 0), ("b", "B", 0)]).ShouldAllBe(share => share.Width == 0);
    }

    [Fact]
    public void Styles_stand_in_the_elements_and_media_queries_in_the_head()
    {
        var document = new HtmlParser().ParseDocument("<p class=\"b a\" style=\"margin: 0\">x</p><i>y</i>");
        var styles = new InlineStyles("/* why */ p { color: red; margin: 1px; } .a { color: blue; } .b { color: green; padding: 2px; } @media (prefers-color-scheme: dark) { .a { color: white; background-color: black; } }");
        styles.Run(document);
        document.QuerySelector("p")!.GetAttribute("style").ShouldBe("color: green; margin: 0; padding: 2px");
        document.QuerySelector("i")!.HasAttribute("style").ShouldBeFalse();
        styles.Head().ShouldContain("@media (prefers-color-scheme: dark) { .a { color: white !important; background-color: black !important; } }");
        styles.Head().ShouldContain("[data-ogsc] .a { color: white !important; }");
        styles.Head().ShouldContain("[data-ogsb] .a { background-color: black !important; }");
        styles.Head("dark").ShouldContain("@media all {");
        styles.Head("light").ShouldNotContain("white");
    }

    [Fact]
    public void Plain_text_says_what_the_letter_says()
    {
        var kind = TemplateKind.Find("weekly_summary")!;
        var text = MakeMail.Run(DefaultTemplates.Of(kind), SampleLetters.Of(kind, DefaultMailTests.Brand), DefaultMailTests.Brand, DefaultMailTests.FrameOf(kind)).Text;
        text.ShouldStartWith("Your week\n\nNorthwind Traders, Apr 28 to May 4\n\nHello Sarah, this is what happened");
        text.ShouldContain("Issues 7 up 4\nPull requests 4 up 2\nMerged 2 down 1\nAPI calls 167 up 76\n");
        text.ShouldContain("Get your first pull request: https://app.example.com\n");
        text.ShouldEndWith("Unsubscribe: https://success.example.com/unsubscribe/t\nNorthern Lights, 1 Harbour Street, 20457 Hamburg, Germany\n");
    }

    [Fact]
    public void An_own_plain_text_is_taken_as_it_is()
    {
        var kind = TemplateKind.Find("welcome")!;
        var made = MakeMail.Run(new("x", "", "<p>HTML</p>", "Hello {{customer.organization}} & co\n\n{{> steps of=onboarding.steps}}"), SampleLetters.Of(kind, DefaultMailTests.Brand), DefaultMailTests.Brand, DefaultMailTests.FrameOf(kind));
        made.Text.ShouldStartWith("Hello Northwind Traders & co\n\n[x] Read the welcome email (Apr 14)\n[ ] Open your account\n");
    }

    [Fact]
    public void A_comparison_leads_from_one_text_to_the_other() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.ListOf(Gen.Elements("a", "b", "c", "d")).ToArbitrary(), Gen.ListOf(Gen.Elements("a", "b", "c", "d")).ToArbitrary(), (before, after) =>
        {
            var lines = Difference.Of(string.Join('\n', before), string.Join('\n', after));
            return lines.Where(line => line.Sign != '+').Select(line => line.Text).SequenceEqual(before) && lines.Where(line => line.Sign != '-').Select(line => line.Text).SequenceEqual(after);
        }));

    [Fact]
    public void A_comparison_is_short_and_shows_what_is_around_a_change()
    {
        var before = string.Join('\n', Enumerable.Range(1, 20));
        Difference.Short(Difference.Of(before, before.Replace("\n10\n", "\nten\n", StringComparison.Ordinal))).Select(line => $"{line.Sign}{line.Text}")
            .ShouldBe(["…", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13", "…"]);
    }
}
