using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Dapper;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Messages.Templates;

/// <summary>Writing, looking, comparing and going back, by the pages and by the API.</summary>
public sealed class TemplatePagesTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_is_saved_compared_restored_and_given_up_for_the_default()
    {
        var alice = await house.As(Cast.Alice);
        var page = "/settings/templates/milestone";
        (await Saved(alice, page, "One", 0)).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await Saved(alice, page, "Two {{customer.organization}}", 1)).StatusCode.ShouldBe(HttpStatusCode.Found);
        var version = await alice.Page($"{page}/versions/2");
        version.ShouldContain(">One<");
        version.ShouldContain(">Two {{customer.organization}}<");
        (await alice.Form(page, $"{page}/versions/1/restoration")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await Current("milestone")).ShouldBe((3, "One", "restored from version 1", false));

        (await alice.Form(page, $"{page}/default")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await Current("milestone")).ShouldBe((4, DefaultTemplates.Of(TemplateKind.Find("milestone")!).Subject, "back to the default", true));
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.QueryAsync<string>("select action || ' ' || target from audit where target = 'template:milestone'")).ShouldBe(Enumerable.Repeat("template.saved template:milestone", 4));
    }

    [Fact]
    public async Task A_fault_is_shown_with_its_line_and_nothing_is_saved()
    {
        var alice = await house.As(Cast.Alice);
        var answer = await alice.Form("/settings/templates/first_pr", "/settings/templates/first_pr", ("subject", "Hi"), ("html", "<p>a</p>\n<p>{{customer.nmae}}</p>"), ("began_with", "0"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));
        page.ShouldContain("Line 2: {{customer.nmae}} is not known: in customer there is id, organization");
        page.ShouldContain("{{customer.nmae}}</p>\n</textarea>");
        (await Current("first_pr")).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Who_saves_over_somebody_elses_version_is_told_and_loses_nothing()
    {
        var alice = await house.As(Cast.Alice);
        var page = "/settings/templates/first_issue";
        (await Saved(alice, page, "Hers", 0)).StatusCode.ShouldBe(HttpStatusCode.Found);
        var late = await Saved(alice, page, "His", 0);
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await late.Content.ReadAsStringAsync(Ct)).ShouldContain("Version 1 was saved while you wrote");
        (await alice.Page(page)).ShouldContain("value=\"His\"");
        (await Saved(alice, page, "His", 1)).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await Current("first_issue")).ShouldBe((2, "His", "", false));
    }

    [Fact]
    public async Task Managers_look_and_try_and_admins_write()
    {
        var bob = await house.As(Cast.Bob);
        var page = await bob.Page("/settings/templates/welcome");
        page.ShouldNotContain("id=\"words\"");
        page.ShouldContain("Send me a test");
        (await bob.Form("/settings/templates/welcome", "/settings/templates/welcome", ("subject", "x"), ("html", "x"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await bob.PutAsJsonAsync("/api/v1/templates/welcome", new { subject = "x", html = "x" }, Ct)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await house.As(Cast.Carol)).GetAsync("/settings/templates", Ct)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_mail_in_the_frame_may_do_nothing_and_only_we_may_show_it()
    {
        var bob = await house.As(Cast.Bob);
        var mail = await bob.GetAsync("/settings/templates/weekly_summary/mail?scheme=dark", Ct);
        mail.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldBe("default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox");
        mail.Headers.GetValues("X-Frame-Options").ShouldHaveSingleItem().ShouldBe("SAMEORIGIN");
        (await mail.Content.ReadAsStringAsync(Ct)).ShouldContain("@media all {");
        var page = await bob.GetAsync("/settings/templates/weekly_summary", Ct);
        page.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldEndWith("; frame-src 'self'");
    }

    [Fact]
    public async Task The_preview_the_test_and_the_real_mail_say_the_same()
    {
        await house.Write(Story.Created("northwind"), Story.Event("northwind", "person_updated", Story.Start, new { email = "hello@northwind.example", name = "Nora West" }) with { PersonId = "p1" });
        await house.Write([.. Enumerable.Range(0, 3).Select(n => Story.Event("northwind", "issue_tagged", house.Clock.GetUtcNow().UtcDateTime.AddDays(-2 - n), new { issue_url = $"https://github.com/n/{n}" }))]);
        var bob = await house.As(Cast.Bob);
        using var http = house.Client();
        http.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        var preview = await (await http.PostAsJsonAsync("/api/v1/templates/weekly_summary/preview", new { customer = "northwind" }, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        preview.GetProperty("text").GetString()!.ShouldContain("Hello Nora");
        preview.GetProperty("text").GetString()!.ShouldContain("Issues 3 up 3");

        var real = await house.Queue(Post.To("northwind", "hello@northwind.example", "weekly_summary"));
        await house.Becomes(real!, States.Sent);
        (await bob.Form("/settings/templates/weekly_summary", "/settings/templates/weekly_summary/test", ("customer", "northwind"))).StatusCode.ShouldBe(HttpStatusCode.Found);
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        var test = await connection.QuerySingleAsync<string>("select message_id from messages where dedupe_key like 'test:%' and to_email = @Email", new { Cast.Bob.Email });
        await house.Becomes(test, States.Sent);
        var sent = (await connection.QueryAsync<(string Id, string Subject, string Html, string Text)>("select message_id, subject, html, text from mailbox")).ToDictionary(mail => mail.Id);
        var subject = preview.GetProperty("subject").GetString();
        sent[real!].Subject.ShouldBe(subject);
        sent[test].Subject.ShouldBe("[Test] " + subject);
        Letter(sent[test].Html).ShouldBe(Letter(preview.GetProperty("html").GetString()!));
        Letter(sent[real!].Html).ShouldBe(Letter(preview.GetProperty("html").GetString()!));
    }

    [Fact]
    public async Task Every_kind_is_composed_for_a_real_customer_and_for_the_team()
    {
        await house.Write(Story.Created("acme"));
        foreach (var kind in TemplateKind.All)
        {
            var id = await house.Queue(new NewMessage(kind.Letter.Name == "DigestLetter" ? "" : "acme", "all:" + kind.Name, kind.Name, "product", $"{kind.Name}@x.example") { Audience = kind.ToCustomer ? "customer" : "team" });
            await house.Becomes(id!, States.Sent);
        }

        var gone = await house.Queue(new NewMessage("", "gone", "welcome", "product", "someone@x.example"));
        await house.Becomes(gone!, States.Failed);
        var unknown = await house.Queue(new NewMessage("acme", "unknown", "of_a_rule", "product", "someone@x.example"));
        await house.Becomes(unknown!, States.Failed);
        (await house.State(unknown!)).Reason.ShouldBe("There is no template for of_a_rule.");
    }

    [Fact]
    public async Task The_api_reads_saves_and_refuses_as_the_page_does()
    {
        using var http = house.Client();
        http.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        var list = await http.GetFromJsonAsync<JsonElement>("/api/v1/templates", Ct);
        list.GetArrayLength().ShouldBe(TemplateKind.All.Count);
        (await http.GetFromJsonAsync<JsonElement>("/api/v1/templates/re_engagement", Ct)).GetProperty("variables").EnumerateArray().Select(one => one.GetProperty("name").GetString()).ShouldContain("usage.days_idle");

        var bad = await http.PutAsJsonAsync("/api/v1/templates/re_engagement", new { subject = "{{x}}", html = "<p>\n{{{customer.id}}}</p>" }, Ct);
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var errors = (await bad.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors");
        errors.GetProperty("subject")[0].GetString()!.ShouldStartWith("line 1: {{x}} is not known");
        errors.GetProperty("html")[0].GetString()!.ShouldStartWith("line 2: {{{customer.id}}} would insert a value as markup");

        var saved = await http.PutAsJsonAsync("/api/v1/templates/re_engagement", new { subject = "Hello", html = "<p>a</p>", began_with = 0 }, Ct);
        (await saved.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("version").GetInt32().ShouldBe(1);
        (await http.PutAsJsonAsync("/api/v1/templates/re_engagement", new { subject = "Hello", html = "<p>b</p>", began_with = 0 }, Ct)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await (await http.DeleteAsync("/api/v1/templates/re_engagement", Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("builtin").GetBoolean().ShouldBeTrue();
        (await (await http.PostAsync("/api/v1/templates/re_engagement/versions/1/restoration", null, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("html").GetString().ShouldBe("<p>a</p>\n");
        (await http.GetFromJsonAsync<JsonElement>("/api/v1/templates/re_engagement/versions", Ct)).GetArrayLength().ShouldBe(3);
        (await http.GetAsync("/api/v1/templates/nothing", Ct)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.PostAsJsonAsync("/api/v1/templates/welcome/preview", new { customer = "nobody" }, Ct)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_brand_is_on_the_next_mail_and_what_makes_no_sense_is_refused()
    {
        var alice = await house.As(Cast.Alice);
        (string, string)[] fields = [("company", "Harbour & Sons"), ("colour", "#0f766e"), ("app", "https://app.harbour.example"), ("docs", "https://docs.harbour.example"), ("here", "https://cs.harbour.example/"), ("address", "Pier 1"), ("step_first_issue_tagged", "Label an issue"), ("link_first_issue_tagged", "")];
        (await alice.Form("/settings/brand", "/settings/brand", fields)).StatusCode.ShouldBe(HttpStatusCode.Found);
        var mail = await alice.Page("/settings/templates/welcome/mail");
        mail.ShouldContain("Harbour &amp; Sons");
        mail.ShouldContain("background-color: #0f766e");
        mail.ShouldContain("Label an issue");
        var refused = await alice.Form("/settings/brand", "/settings/brand", [.. fields.Select(field => field.Item1 switch { "colour" => ("colour", "teal"), "app" => ("app", "javascript:1"), _ => field })]);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = await refused.Content.ReadAsStringAsync(Ct);
        page.ShouldContain("Must be a colour like #3b5bdb.");
        page.ShouldContain("Must be an address like https://app.example.com.");
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await BrandSettings.Read(connection, Ct)).Company.ShouldBe("Harbour & Sons");
        await connection.ExecuteAsync("delete from settings where name = 'brand'");
    }

    [Fact]
    public async Task Writing_shows_at_once_what_it_makes_and_is_still_there_tomorrow()
    {
        await house.Hire(Cast.Alice);
        await using var alice = await Browser.Open(house, Cast.Alice);
        await alice.Go("/settings/templates/account_created");
        await alice.Field("Letter (HTML)").FillAsync("<h1>Fresh words for {{customer.organization}}</h1>");
        await Assertions.Expect(alice.Page.FrameLocator("#look iframe").Locator("h1")).ToHaveTextAsync("Fresh words for Northwind Traders", new() { Timeout = 30_000 });
        await alice.Field("Letter (HTML)").FillAsync("<h1>\n{{customer.wrong}}</h1>");
        await alice.Sees("Letter, line 2: {{customer.wrong}} is not known");
        await alice.Field("Letter (HTML)").FillAsync("<h1>Kept</h1>");
        await Assertions.Expect(alice.Page.FrameLocator("#look iframe").Locator("h1")).ToHaveTextAsync("Kept", new() { Timeout = 30_000 });
        await alice.Page.GetByLabel("Screen").SelectOptionAsync("700");
        await Assertions.Expect(alice.Page.Locator("#look iframe")).ToHaveAttributeAsync("title", "Account created, on a desk, by day", new() { Timeout = 30_000 });

        await alice.Go("/settings/templates/account_created");
        await alice.Sees("You see your draft");
        (await alice.Field("Letter (HTML)").InputValueAsync()).ShouldBe("<h1>Kept</h1>\n");
        await alice.Button("Discard the draft").ClickAsync();
        await alice.Sees("The draft is gone");
    }

    private static Task<HttpResponseMessage> Saved(HttpClient who, string page, string subject, int beganWith) =>
        who.Form(page, page, ("subject", subject), ("preheader", ""), ("html", "<p>x</p>"), ("text", ""), ("began_with", beganWith.ToString()));

    private async Task<(int Version, string Subject, string Note, bool Builtin)> Current(string kind)
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        return await connection.QuerySingleOrDefaultAsync<(int, string, string, bool)>("select version, subject, note, builtin from message_templates where kind = @kind order by version desc limit 1", new { kind });
    }

    private static string Letter(string html) => html[html.IndexOf("class=\"letter\"", StringComparison.Ordinal)..html.IndexOf("class=\"foot\"", StringComparison.Ordinal)];
}
