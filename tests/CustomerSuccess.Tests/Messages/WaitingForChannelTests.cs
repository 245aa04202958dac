using System.Net;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Web;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>A mail channel that is not ready, or was taken away for a moment, is waited for: no mail ends in the mailbox that somebody wanted sent.</summary>
public sealed class WaitingForChannelTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mails_wait_until_it_is_known_who_they_are_from_and_where_their_links_lead()
    {
        await using var provider = await FakeProvider.Start(House.FreePort());
        await using var house = await House.Open(settings: [("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1"), ("CS_SENDGRID_URL", provider.Url), ("CS_SENDGRID_API_KEY", "SG.x"), ("CS_MESSAGES_TIMEOUT", "2")]);
        using var alice = await house.As(Cast.Alice);
        var id = (await house.Queue(Post.To("c1", "john@x.example", "weekly_summary") with { Topic = "onboarding" }))!;
        await Wait.Until(async () => (await house.State(id)).Reason.Contains("CS_MAIL_FROM", StringComparison.Ordinal), "the reason");
        (await house.State(id)).Reason.ShouldContain("CS_PUBLIC_URL");
        foreach (var page in new[] { "/settings/messages", "/messages", $"/messages/{id}" }) (await alice.Page(page)).ShouldContain("ails wait until it is known who they are from", Case.Sensitive, page);
        foreach (var (width, dark) in new[] { (390, true), (1440, false) })
        {
            await using var browser = await Browser.Open(house, Cast.Alice, width, dark);
            foreach (var page in new[] { "/settings/messages", "/messages", $"/messages/{id}" })
            {
                await browser.Go(page);
                await browser.NothingToComplain($"{page} waits {width}");
            }
        }

        await alice.Form("/settings/messages", "/settings/messages/sender", ("From", "Acme <hello@acme.example>"), ("Password", Cast.Alice.Password));
        await Wait.Until(async () => !(await house.State(id)).Reason.Contains("CS_MAIL_FROM", StringComparison.Ordinal), "the sender");
        (await house.State(id)).Reason.ShouldContain("by https");
        (await house.State(id)).State.ShouldBe(States.Queued);
        (await house.Steps(id)).ShouldBeEmpty();
        await alice.Form("/settings/brand", "/settings/brand", ("company", "Acme"), ("colour", "#3b5bdb"), ("app", "https://app.acme.example"), ("docs", "https://docs.acme.example"), ("here", "https://success.acme.example"));
        await house.Becomes(id, States.Sent);
        var headers = provider.Mails.Single().Body.GetProperty("headers");
        headers.GetProperty("List-Unsubscribe").GetString().ShouldStartWith("<https://success.acme.example/unsubscribe/");
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from mailbox")).ShouldBe(0);
        (await alice.Page("/settings/messages")).ShouldNotContain("ails wait");
    }

    [Fact]
    public async Task A_key_that_is_taken_away_and_entered_again_loses_nothing_to_the_mailbox()
    {
        await using var provider = await FakeProvider.Start(House.FreePort());
        await using var house = await House.Open(settings:
        [
            ("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1"), ("CS_SENDGRID_URL", provider.Url), ("CS_MAIL_FROM", "hello@acme.example"), ("CS_PUBLIC_URL", "https://success.acme.example"), ("CS_MESSAGES_TIMEOUT", "2"),
        ]);
        using var alice = await house.As(Cast.Alice);
        async Task Save(string part, params (string, string)[] fields) => (await alice.Form("/settings/messages", "/settings/messages/" + part, fields)).StatusCode.ShouldBe(HttpStatusCode.Redirect, part);
        var first = (await house.Queue(Post.To("c1", "first@x.example")))!;
        await house.Becomes(first, States.Sent);
        (await house.State(first)).Channel.ShouldBe("log", "there never was a mail channel");
        await Save("sendgrid", ("Key", "SG.one"), ("Password", Cast.Alice.Password));
        await Save("sendgrid", ("Remove", "true"));
        var id = (await house.Queue(Post.To("c2", "john@x.example")))!;
        await Wait.Until(async () => (await house.State(id)).Reason.Contains("no mail channel is set up any more", StringComparison.Ordinal), "the reason");
        await Save("sendgrid", ("Key", "SG.two"), ("Password", Cast.Alice.Password));
        await house.Becomes(id, States.Sent);
        (await house.State(id)).Channel.ShouldBe("sendgrid");
        // Somebody who wants no mails to leave any more says so.
        await Save("sendgrid", ("Remove", "true"));
        var kept = (await house.Queue(Post.To("c3", "kept@x.example")))!;
        await Wait.Until(async () => (await house.State(kept)).Reason.Length > 0, "the reason");
        await Save("mailbox", ("Keep", "true"));
        await house.Becomes(kept, States.Sent);
        (await house.State(kept)).Channel.ShouldBe("log");
    }

    [Fact]
    public async Task What_Kit_refuses_waits_for_a_mail_channel_that_is_about_to_be_there()
    {
        await using var provider = await FakeProvider.Start(House.FreePort());
        await using var house = await House.Open(settings:
            [("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1"), ("CS_KIT_URL", provider.Url), ("CS_KIT_API_KEY", "kit"), ("CS_SENDGRID_API_KEY", "SG.x"), ("CS_SENDGRID_URL", provider.Url), ("CS_MESSAGES_TIMEOUT", "2")]);
        provider.Says = (path, _) => new(400);
        var id = (await house.Queue(Post.To("c1", "john@x.example", Kinds.FirstPr) with { Milestone = "milestone_x" }))!;
        await Wait.Until(async () => (await house.State(id)).Reason.Contains("mails wait", StringComparison.Ordinal), "the reason");
        (await house.Steps(id)).ShouldBe([States.Sending, "refused"]);
        (await house.State(id)).State.ShouldBe(States.Queued);
    }
}
