using System.Net;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Feedback.Clicks;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Messages.Feedback;

namespace CustomerSuccess.Tests.Messages.Consent;

public sealed class UnsubscribeTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static FormUrlEncodedContent OneClick => new([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);

    [Fact]
    public async Task A_mail_carries_both_headers_and_one_POST_without_cookies_ends_its_topic()
    {
        var mail = await house.Mailed("one");
        (await house.Header(mail, "List-Unsubscribe-Post")).ShouldBe("List-Unsubscribe=One-Click");
        var link = await house.Link(mail);

        using var answer = await house.Http.PostAsync(link, OneClick, Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await house.Chosen("one", "hello@one.example")).ShouldBe(new Dictionary<string, bool>(StringComparer.Ordinal) { ["weekly_summary"] = false });
        // Asked twice it is one change.
        (await house.Http.PostAsync(link, OneClick, Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await house.MailEvents("one")).ShouldBe(["email_unsubscribed"]);
        (await house.One<long>("select count(*) from audit where action = 'preferences.changed' and target = 'customer:one' and details::text like '%one_click%'")).ShouldBe(1);

        // What comes now is not sent, and says why; another topic is.
        var next = await house.Queue(Post.To("one", "Hello@One.example", "weekly_summary", "next") with { Topic = "weekly_summary" });
        await house.Becomes(next!, States.Suppressed);
        (await house.State(next!)).Reason.ShouldContain("unsubscribed from Weekly summary");
        var other = await house.Queue(Post.To("one", "hello@one.example", "first_pr", "other") with { Topic = "onboarding" });
        await house.Becomes(other!, States.Sent);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Only_a_POST_unsubscribes(string method)
    {
        var token = house.Token("two", "hello@two.example");
        foreach (var path in new[] { $"/unsubscribe/{token}", $"/preferences/{token}", $"/preferences/{token}?do=all&topic=", $"/unsubscribe/{token}?List-Unsubscribe=One-Click" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await house.Http.SendAsync(request, Ct);
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
            if (method == "GET") answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await house.Chosen("two", "hello@two.example")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mail_program_may_send_its_button_as_multipart_or_with_nonsense_around_it()
    {
        var token = house.Token("three", "hello@three.example");
        using var parts = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
        (await house.Http.PostAsync($"/unsubscribe/{token}", parts, Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var broken = new StringContent("--x");
        broken.Headers.ContentType = new("multipart/form-data");
        ((int)(await house.Http.PostAsync($"/unsubscribe/{token}", broken, Ct)).StatusCode).ShouldBeLessThan(400);
        (await house.Chosen("three", "hello@three.example"))["weekly_summary"].ShouldBeFalse();
    }

    [Fact]
    public async Task Transactional_mail_and_mail_to_the_team_offer_no_such_thing()
    {
        (await house.Header(await house.Mailed("four", "account", "account_created"), "List-Unsubscribe")).ShouldBeNull();
        (await house.Http.PostAsync($"/unsubscribe/{house.Token("four", "hello@four.example", "account")}", OneClick, Ct)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await house.Chosen("four", "hello@four.example")).ShouldBeEmpty();
        var team = await house.Queue(Post.To("four", "alice@example.com", "completion_notice", "team") with { Topic = "team", Audience = NewMessage.ToTeam });
        await house.Becomes(team!, States.Sent);
        (await house.Header(team!, "List-Unsubscribe")).ShouldBeNull();
    }

    [Fact]
    public async Task Where_the_topic_cannot_be_switched_off_any_more_nobody_is_told_it_was()
    {
        await house.One<string>("insert into topics (topic, name, description, pace) values ('changed', 'Notices', '', 'planned') returning topic");
        var token = house.Token("changed", "hello@changed.example", "changed");
        await house.One<string>("update topics set pace = 'transactional' where topic = 'changed' returning topic");
        using var program = await house.Http.PostAsync($"/unsubscribe/{token}", OneClick, Ct);
        program.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await program.Content.ReadAsStringAsync(Ct)).ShouldStartWith("Not unsubscribed: Notices cannot be switched off");
        using var person = await house.Http.PostAsync($"/unsubscribe/{token}", null, Ct);
        var page = await house.Http.GetStringAsync(person.Headers.Location, Ct);
        page.ShouldContain("Notices cannot be switched off");
        page.ShouldNotContain("You are unsubscribed");
    }

    [Fact]
    public async Task What_is_kept_and_shown_of_a_mail_does_not_let_anybody_act_as_its_reader()
    {
        var mail = await house.Mailed("masked");
        var token = (await house.Link(mail)).Split('/')[^1];
        var carol = await house.As(Cast.Carol);
        foreach (var path in new[] { $"/messages/mailbox?mail={mail}", $"/messages/mailbox/{mail}/html", $"/messages/{mail}" })
        {
            var page = await carol.Page(path);
            page.ShouldNotContain(token);
            if (path.Contains("mailbox", StringComparison.Ordinal)) page.ShouldContain("/preferences/sample");
        }

        using (var sender = new SendGridSender())
        {
            await using var told = await House.Open(null, sender.Setting);
            var read = await told.Mailed("clicked");
            var link = new Uri((await told.Header(read, "List-Unsubscribe"))!.Trim('<', '>')).ToString();
            await sender.Tell(told, SendGridSender.Event(told, "click", "clicked", read, new { url = link.Replace("/unsubscribe/", "/preferences/", StringComparison.Ordinal), useragent = "Mozilla/5.0 Firefox/130.0", ip = "198.51.100.7" }, secondsAgo: 30));
            told.Clock.Advance(TimeSpan.FromMinutes(2));
            await told.Service<JudgeClicks>().Once(Ct);
            (await told.MailEvents("clicked")).ShouldBe(["email_clicked"]);
            var secret = link.Split('/')[^1];
            (await told.One<long>("select (select count(*) from feedback f where f::text like @like) + (select count(*) from events e where e::text like @like) + (select count(*) from message_steps s where s::text like @like)", new { like = $"%{secret}%" })).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Forged_foreign_and_old_links_open_nothing()
    {
        var right = house.Token("five", "hello@five.example");
        var elsewhere = new PreferenceTokens(new Settings { Secret = "another installation, with another secret" }, house.Clock);
        var cases = new List<string> { "x", "a", new string('a', 39), new string('a', 3000), right[..^1], right + "A", right[1..], "b" + right[1..], right.ToUpperInvariant(), "..%2f..%2fetc", "%00", elsewhere.Make("five", "hello@five.example", "weekly_summary", "") };
        // Every character matters, the last one too.
        for (var at = 1; at < right.Length; at += 7) cases.Add(right[..at] + (right[at] == 'A' ? 'B' : 'A') + right[(at + 1)..]);
        cases.Add(right[..^1] + (char)(right[^1] + 1));
        foreach (var token in cases)
        {
            using var shown = await house.Http.GetAsync($"/preferences/{token}", Ct);
            shown.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
            using var sent = await house.Http.PostAsync($"/unsubscribe/{token}", OneClick, Ct);
            sent.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
            using var saved = await house.Http.PostAsync($"/preferences/{token}", new FormUrlEncodedContent([KeyValuePair.Create("do", "all")]), Ct);
            saved.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
        }

        (await house.Chosen("five", "hello@five.example")).ShouldBeEmpty();
        // A link lives for years, and not for ever.
        var began = house.Clock.GetUtcNow();
        try
        {
            house.Clock.Set(began.AddYears(5).AddDays(-1));
            (await house.Http.GetAsync($"/preferences/{right}", Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
            house.Clock.Set(began.AddYears(5).AddDays(2));
            (await house.Http.GetAsync($"/preferences/{right}", Ct)).StatusCode.ShouldBe(HttpStatusCode.Gone);
            (await house.Http.PostAsync($"/unsubscribe/{right}", OneClick, Ct)).StatusCode.ShouldBe(HttpStatusCode.Gone);
        }
        finally
        {
            house.Clock.Set(began);
        }
    }

    [Fact]
    public async Task A_link_says_nothing_of_whom_it_is_for_and_no_search_engine_keeps_it()
    {
        var token = house.Token("six", "hello@six.example");
        token.ShouldNotContain("six");
        using var answer = await house.Http.GetAsync($"/preferences/{token}", Ct);
        answer.Headers.GetValues("X-Robots-Tag").Single().ShouldContain("noindex");
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));
        page.ShouldContain("noindex");
        page.ShouldContain("h•••@six.example");
        page.ShouldNotContain("hello@six.example");
        page.ShouldNotContain("<script");
    }
}
