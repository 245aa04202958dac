using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform.Http.Outgoing;

namespace CustomerSuccess.Tests.Messages;

/// <summary>What each channel makes of what its provider does.</summary>
public sealed class ChannelTests : IAsyncLifetime
{
    private static readonly Composed Mail = new("Hello", "<p>Hi</p>", "Hi\n.\nend", "1");
    private static readonly Sender From = new(MailAddress.Parse("Acme <hello@acme.example>")!, null);
    private readonly OutgoingHttp way = new(new OutgoingSettings([System.Net.IPNetwork.Parse("127.0.0.0/8")]));
    private FakeProvider provider = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private KitChannel Kit => new(new("kit-key", new(provider.Url + "/"), 120), way, TimeSpan.FromSeconds(1), TimeProvider.System, new());

    private SendGridChannel SendGrid => new(new("SG.key", new(provider.Url + "/"), 600), From, way, TimeSpan.FromSeconds(1), TimeProvider.System);

    public async ValueTask InitializeAsync() => provider = await FakeProvider.Start(House.FreePort());

    public async ValueTask DisposeAsync()
    {
        way.Dispose();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task Kit_gets_the_subscriber_first_and_then_the_tag()
    {
        var kit = Kit;
        (await kit.Send(Mail, Message("john@acme.example", "milestone_first_issue_tagged"), Ct)).ShouldBeOfType<Answer.Sent>();
        (await kit.Send(Mail, Message("sue@acme.example", "milestone_first_issue_tagged"), Ct)).ShouldBeOfType<Answer.Sent>();
        provider.Asked.Select(each => each.Path).ShouldBe(["/v4/subscribers", "/v4/tags", "/v4/tags/100/subscribers", "/v4/subscribers", "/v4/tags/100/subscribers"]);
        provider.Asked.ShouldAllBe(each => each.Key == "kit-key");
        provider.Tagged.ShouldBe([("john@acme.example", "milestone_first_issue_tagged"), ("sue@acme.example", "milestone_first_issue_tagged")]);
    }

    [Theory]
    [InlineData("/v4/subscribers", 422, typeof(Answer.Refused))]
    [InlineData("/v4/subscribers", 401, typeof(Answer.Refused))]
    [InlineData("/v4/subscribers", 500, typeof(Answer.NotReached))]
    [InlineData("/v4/subscribers", 0, typeof(Answer.NotReached))]
    [InlineData("/v4/subscribers", -1, typeof(Answer.NotReached))]
    [InlineData("/v4/tags", 0, typeof(Answer.NotReached))]
    [InlineData("/v4/tags/100/subscribers", 429, typeof(Answer.Later))]
    [InlineData("/v4/tags/100/subscribers", 404, typeof(Answer.NotReached))]
    [InlineData("/v4/tags/100/subscribers", 422, typeof(Answer.Refused))]
    [InlineData("/v4/tags/100/subscribers", 503, typeof(Answer.NotReached))]
    [InlineData("/v4/tags/100/subscribers", 500, typeof(Answer.Unknown))]
    [InlineData("/v4/tags/100/subscribers", 0, typeof(Answer.Unknown))]
    [InlineData("/v4/tags/100/subscribers", -1, typeof(Answer.Unknown))]
    public async Task What_Kit_does_is_understood(string path, int status, Type answer)
    {
        provider.Says = (asked, _) => asked == path ? new(status, Body: "Retry later") : null;
        (await Kit.Send(Mail, Message("john@acme.example", "milestone_x"), Ct)).ShouldBeOfType(answer);
        provider.Tagged.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(202, typeof(Answer.Sent))]
    [InlineData(400, typeof(Answer.Refused))]
    [InlineData(401, typeof(Answer.Refused))]
    [InlineData(413, typeof(Answer.Refused))]
    [InlineData(429, typeof(Answer.Later))]
    [InlineData(408, typeof(Answer.Unknown))]
    [InlineData(503, typeof(Answer.Unknown))]
    [InlineData(500, typeof(Answer.Unknown))]
    [InlineData(502, typeof(Answer.Unknown))]
    [InlineData(0, typeof(Answer.Unknown))]
    [InlineData(-1, typeof(Answer.Unknown))]
    public async Task What_SendGrid_does_is_understood_and_it_is_asked_once(int status, Type answer)
    {
        // A connection that was used before: the client must not take a cut for an idle one and ask again by itself.
        (await SendGrid.Send(Mail, Message("before@acme.example"), Ct)).ShouldBe(new Answer.Sent("sg-1"));
        provider.Says = (_, _) => new(status, Takes: status is 202 or <= 0);
        (await SendGrid.Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType(answer);
        provider.Mails.Count(mail => mail.To == "john@acme.example").ShouldBe(status is 202 or <= 0 ? 1 : 0);
        provider.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("", null)]
    [InlineData("soon", null)]
    public async Task A_Retry_After_is_read(string header, int? seconds)
    {
        provider.Says = (_, _) => new(429, RetryAfter: header, Body: "Retry later");
        (await SendGrid.Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Later>().After.ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
    }

    [Fact]
    public async Task A_503_is_believed_to_have_done_nothing_only_where_it_says_when_to_come_back()
    {
        provider.Says = (_, _) => new(503, RetryAfter: "30");
        (await SendGrid.Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.NotReached>().After.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_the_database_would_not_keep_is_not_in_an_answer()
    {
        var wide = new string('x', 285) + string.Concat(Enumerable.Repeat("\U0001F680", 20));
        provider.Says = (_, _) => new(400, Body: "no\0 way " + wide);
        Kept((await SendGrid.Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Refused>().Reason).ShouldContain("no  way");
        provider.Says = (_, _) => new(429, Body: "\0" + wide);
        Kept((await Kit.Send(Mail, Message("john@acme.example", "milestone_x"), Ct)).ShouldBeOfType<Answer.Later>().Reason);
        await using var server = new FakeSmtp(House.FreePort());
        Kept((await Smtp(server).Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Sent>().ProviderId).ShouldContain("queued as 1");
        server.Mood = _ => SmtpMood.RefuseText;
        Kept((await Smtp(server).Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Refused>().Reason).ShouldContain("what is this");

        static string Kept(string text)
        {
            text.ShouldNotContain('\0');
            new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text).ShouldBePositive();
            return text;
        }
    }

    [Theory]
    [InlineData(SmtpMood.RefuseUs, true, false)]
    [InlineData(SmtpMood.RefuseSender, true, false)]
    [InlineData(SmtpMood.NoRelay, true, false)]
    [InlineData(SmtpMood.RefusePolicy, false, false)]
    [InlineData(SmtpMood.RefuseText, false, false)]
    [InlineData(SmtpMood.Refuse, false, true)]
    public async Task A_mail_server_refuses_us_or_the_recipient_or_the_mail(SmtpMood mood, bool ofUs, bool nobody)
    {
        await using var server = new FakeSmtp(House.FreePort()) { Mood = _ => mood };
        var refused = (await Smtp(server).Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Refused>();
        (refused.OfUs, refused.NoSuchAddress).ShouldBe((ofUs, nobody), refused.Reason);
    }

    [Fact]
    public async Task Nobody_there_is_known_for_certain()
    {
        var nobody = SendGrid with { Setup = new("SG.key", new($"http://127.0.0.1:{House.FreePort()}/"), 600) };
        (await nobody.Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.NotReached>();
        using var strict = new OutgoingHttp(new OutgoingSettings([]));
        (await (SendGrid with { Way = strict }).Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.NotReached>().Reason.ShouldContain("not on the public internet");
        provider.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SmtpMood.Accept, typeof(Answer.Sent), 1)]
    [InlineData(SmtpMood.Refuse, typeof(Answer.Refused), 0)]
    [InlineData(SmtpMood.NotNow, typeof(Answer.NotReached), 0)]
    [InlineData(SmtpMood.CutBeforeDot, typeof(Answer.NotReached), 0)]
    [InlineData(SmtpMood.CutAfterDot, typeof(Answer.Unknown), 1)]
    [InlineData(SmtpMood.HangAfterDot, typeof(Answer.Unknown), 1)]
    [InlineData(SmtpMood.Hang, typeof(Answer.NotReached), 0)]
    public async Task What_a_mail_server_does_is_understood(SmtpMood mood, Type answer, int taken)
    {
        await using var server = new FakeSmtp(House.FreePort()) { Mood = _ => mood };
        (await Smtp(server).Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType(answer);
        server.Taken.Count.ShouldBe(taken);
        if (mood == SmtpMood.Accept) server.Taken.Single().Text.ShouldContain("Subject: Hello\r\n");
    }

    [Fact]
    public async Task A_mail_server_is_spoken_to_in_secret_and_signed_in_to()
    {
        await using var server = new FakeSmtp(House.FreePort(), secure: true) { User = "acme", Password = "pass:word" };
        var channel = Smtp(server, SmtpSecurity.StartTls, "acme", "pass:word");
        (await channel.Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Sent>();
        server.Encrypted.ShouldBeTrue();
        (await channel.Test(Ct)).ShouldBeNull();
        server.Taken.Count.ShouldBe(1, "a test of the connection sends nothing");
        (await Smtp(server, SmtpSecurity.StartTls, "acme", "wrong").Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Refused>().OfUs.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_encryption_or_with_a_strangers_certificate_nothing_is_said()
    {
        await using var plain = new FakeSmtp(House.FreePort()) { User = "acme", Password = "secret" };
        (await Smtp(plain, SmtpSecurity.StartTls, "acme", "secret").Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.Refused>();
        await using var stranger = new FakeSmtp(House.FreePort(), secure: true) { User = "acme", Password = "secret" };
        (await (Smtp(stranger, SmtpSecurity.StartTls, "acme", "secret") with { Judge = null }).Send(Mail, Message("john@acme.example"), Ct)).ShouldBeOfType<Answer.NotReached>();
        plain.Commands.Concat(stranger.Commands).ShouldNotContain(line => line.StartsWith("AUTH") || line.StartsWith("MAIL"));
    }

    [Fact]
    public async Task A_connection_is_tested_without_sending_anything()
    {
        (await Kit.Test(Ct)).ShouldBeNull();
        (await SendGrid.Test(Ct)).ShouldBeNull();
        provider.Says = (_, _) => new(401, Body: "{\"errors\":[\"The API key is invalid\"]}");
        (await Kit.Test(Ct)).ShouldNotBeNull().ShouldContain("401");
        (await SendGrid.Test(Ct)).ShouldNotBeNull().ShouldContain("401");
        provider.Mails.ShouldBeEmpty();
    }

    private SmtpChannel Smtp(FakeSmtp server, SmtpSecurity security = SmtpSecurity.None, string user = "", string password = "") =>
        new(new("127.0.0.1", server.Port, security, user, password, 60), From, way, TimeSpan.FromSeconds(1), TimeProvider.System) { Judge = (_, shown, _, _) => server.Trusts(shown) };

    private static Message Message(string to, string? milestone = null) => new()
    {
        CustomerId = "c1",
        MessageId = Guid.CreateVersion7().ToString("N"),
        DedupeKey = "x",
        Kind = Kinds.Welcome,
        Topic = "onboarding",
        Audience = NewMessage.ToCustomer,
        ToEmail = to,
        Milestone = milestone,
        Attempt = 1,
    };
}
