using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Messages.Templates.Versions;

namespace CustomerSuccess.Tests.Messages.Templates;

/// <summary>What cannot be sent is found when it is saved, with the line and what to write instead.</summary>
public sealed class CheckTemplateTests
{
    private static readonly TemplateKind Welcome = TemplateKind.Find("welcome")!;

    private static string[] Said(string html, string subject = "Hello", string text = "") =>
        [.. SaveTemplate.Faults(Welcome, new(subject, "", html, text)).Select(fault => $"{fault.Part} {fault.Line}: {fault.Message}")];

    [Fact]
    public void A_name_that_does_not_exist_is_named_with_its_line_and_those_that_do()
    {
        Said("<p>Hello</p>\n<p>{{customer.organisation}}</p>").ShouldHaveSingleItem().ShouldBe(
            "html 2: {{customer.organisation}} is not known: in customer there is id, organization, email, github_username, cohort, industry, plan, owner, signup_date, traits. Did you mean organization?");
        Said("<p>{{nothing}}</p>").ShouldHaveSingleItem().ShouldContain("here there is brand, recipient, links, today, customer, onboarding, usage, week, moment.");
        Said("<p></p>", subject: "{{customer.name}}").ShouldHaveSingleItem().ShouldStartWith("subject 1: {{customer.name}} is not known");
        Said("<p></p>", text: "a\nb\n{{x}}").ShouldHaveSingleItem().ShouldStartWith("text 3: ");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("this")]
    [InlineData("this.a")]
    public void A_tag_of_many_arguments_is_refused_as_fast_as_one_of_few(string value)
    {
        // Tried in every way there is, these would be more than the age of the universe; the reader's own limit would end it with an exception.
        var arguments = string.Concat(Enumerable.Repeat($" a={value}", 60));
        Said("{{> button" + arguments + " %}}").ShouldHaveSingleItem().ShouldContain("is not understood");
    }

    [Theory]
    [InlineData("{{#if onboarding.completed}}{{else}}{{#each week.figures}}{{wrong}}{{/each}}{{/if}}", "{{wrong}} is not known: here there is label, value, before, change, tone, bars.")]
    [InlineData("{{#if customer.nothing}}a{{/if}}", "{{customer.nothing}} is not known")]
    [InlineData("{{#each week.figures}}{{../customer.nope}}{{/each}}", "{{../customer.nope}} is not known")]
    [InlineData("{{#each week.figures}}{{@root.customer.nope}}{{/each}}", "{{@root.customer.nope}} is not known")]
    [InlineData("{{#each week.figures}}{{customer.organization}}{{/each}}", "{{customer.organization}} is not known")]
    [InlineData("{{../customer.id}}", "leads out of the template")]
    [InlineData("{{@index}}", "within {{#each}} only")]
    [InlineData("{{customer}}", "holds several values: id, organization")]
    [InlineData("{{week.figures}}", "is a list: write {{#each week.figures}}")]
    [InlineData("{{#each customer.id}}{{/each}}", "needs a list")]
    [InlineData("{{#if customer.id}}a", "{{#if customer.id}} is never closed")]
    [InlineData("{{#if customer.id}}a{{/each}}", "closes {{#if customer.id}} of line 1")]
    [InlineData("a{{/if}}", "closes nothing")]
    [InlineData("{{else}}", "outside of any block")]
    [InlineData("{{{customer.id}}}", "Write two braces: values are always text")]
    [InlineData("{{&customer.id}}", "Write two braces: values are always text")]
    [InlineData("{{customer.id", "not closed")]
    [InlineData("{{lookup customer 'id'}}", "is not understood")]
    [InlineData("{{#with customer}}{{id}}{{/with}}", "is not understood")]
    [InlineData("{{#*inline \"me\"}}{{> me}}{{/inline}}", "is not understood")]
    [InlineData("{{customer.id.length}}", "is not known")]
    [InlineData("{{#if customer.id}}{{else if customer.plan}}{{/if}}", "write {{else}} and a block of its own")]
    [InlineData("{{> nothing}}", "There is no partial nothing. There is: button, note")]
    [InlineData("{{> button text=\"Go\"}}", "needs url=")]
    [InlineData("{{> button text=\"Go\" url=links.nowhere}}", "{{links.nowhere}} is not known: in links there is app, docs, preferences.")]
    [InlineData("{{> button text=\"Go\" url=links.app colour=\"red\"}}", "takes no colour, but text, url")]
    [InlineData("<a href={{links.app}}>x</a>", "inside a tag without quotes")]
    [InlineData("<{{customer.id}}>", "inside a tag without quotes")]
    [InlineData("<p {{customer.id}}=\"1\">x</p>", "inside a tag without quotes")]
    [InlineData("<!-- {{customer.id}} --><p>x</p>", "in a comment")]
    [InlineData("<p>x</p><script>1</script>", "<script> has no place in a mail")]
    [InlineData("<style>p{}</style><p>x</p>", "<style> belongs to the layout")]
    [InlineData("<form><input></form>", "<form> has no place in a mail")]
    [InlineData("<a href=\"https://x>x</a>", "never closed")]
    public void What_cannot_be_sent_is_refused(string html, string why) => Said(html).ShouldContain(said => said.Contains(why, StringComparison.Ordinal), string.Join('\n', Said(html)));

    [Theory]
    [InlineData("<p>{{customer.traits.anything_at_all}}</p>")]
    [InlineData("<a href=\"{{links.app}}\" title='{{customer.id}}'>x</a>")]
    [InlineData("{{#each week.figures}}{{@index}} {{label}} {{#each bars}}{{../label}} {{value}}{{/each}}{{#unless @last}}, {{/unless}}{{/each}}")]
    [InlineData("{{! a note }}{{!-- another {{one}} --}}<p>{{~customer.id~}}</p>")]
    [InlineData("1 < 2 and a <b>bold</b> word & more")]
    public void What_can_be_sent_is_not(string html) => Said(html).ShouldBeEmpty();

    [Fact]
    public void A_template_that_grows_without_bounds_is_refused_before_it_is_kept()
    {
        var deep = string.Concat(Enumerable.Repeat("{{#each @root.week.figures}}", 4)) + "x" + string.Concat(Enumerable.Repeat("{{/each}}", 4));
        Said(deep).ShouldContain(said => said.Contains("3 deep at most", StringComparison.Ordinal));
        var wide = string.Concat(Enumerable.Repeat("{{#each week.figures}}{{#each ../week.figures}}{{#each ../../week.figures}}" + new string('x', 200) + "{{/each}}{{/each}}{{/each}}", 60));
        Said(wide).ShouldHaveSingleItem().ShouldContain("longer than 400,000 characters");
        Said(new string('x', TemplateText.LongestHtml + 1)).ShouldHaveSingleItem().ShouldContain("Too long");
    }

    [Fact]
    public void The_facts_of_every_kind_hold_exactly_what_can_be_named()
    {
        foreach (var kind in TemplateKind.All)
        {
            var facts = Tree.Of(SampleLetters.Of(kind, BrandSettings.Usual));
            foreach (var (path, shape) in kind.Shape.All())
            {
                object? found = facts;
                foreach (var name in path.Split('.')) found = found.ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!.GetValueOrDefault(name).ShouldNotBeNull($"{kind.Name}: {path}");
                shape.About.ShouldNotBeEmpty($"{kind.Name}: {path} has no description");
                (shape.Kind switch { ShapeKind.Text => found is string, ShapeKind.Number => found is long, ShapeKind.Flag => found is bool, ShapeKind.List => found is System.Collections.IList, _ => found is IReadOnlyDictionary<string, object?> })
                    .ShouldBeTrue($"{kind.Name}: {path} is a {found!.GetType().Name}");
            }
        }
    }
}
