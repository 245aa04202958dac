using System.Net;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using Dapper;
using Microsoft.Extensions.Configuration;

namespace CustomerSuccess.Tests.Messages;

public sealed class ChannelSettingsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_admin_sets_up_channels_on_the_page_tests_them_and_keys_are_kept_encrypted()
    {
        await using var provider = await FakeProvider.Start(House.FreePort());
        await using var server = new FakeSmtp(House.FreePort());
        await using var house = await House.Open(settings: [("CS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1"), ("CS_PUBLIC_URL", "https://success.acme.example"), ("CS_SENDGRID_URL", provider.Url), ("CS_KIT_URL", provider.Url), ("CS_MESSAGES_TIMEOUT", "2")]);
        using var alice = await house.As(Cast.Alice);
        (await alice.Page("/settings/messages")).ShouldContain("not set up");
        async Task<string> Save(string part, HttpStatusCode status, params (string, string)[] fields)
        {
            var answer = await alice.Form("/settings/messages", "/settings/messages/" + part, fields);
            answer.StatusCode.ShouldBe(status, part);
            return status == HttpStatusCode.Redirect ? await alice.Page("/settings/messages") : await answer.Content.ReadAsStringAsync(Ct);
        }

        (await Save("sender", HttpStatusCode.BadRequest, ("From", "nobody"), ("Password", Cast.Alice.Password))).ShouldContain("Acme &lt;hello@acme.example&gt;");
        (await Save("sender", HttpStatusCode.BadRequest, ("From", "Evil <evil@evil.example>"), ("Password", "wrong"))).ShouldContain("not your password");
        (await Save("sender", HttpStatusCode.BadRequest, ("Remove", "true"), ("Password", Cast.Alice.Password))).ShouldContain("Acme &lt;hello@acme.example&gt;");
        await Save("sender", HttpStatusCode.Redirect, ("From", "Acme <hello@acme.example>"), ("ReplyTo", "help@acme.example"), ("Password", Cast.Alice.Password));
        (await Save("sendgrid", HttpStatusCode.BadRequest, ("Key", "SG.the-key"), ("Password", "wrong"))).ShouldContain("not your password");
        await Save("sendgrid", HttpStatusCode.Redirect, ("Key", "SG.the-key"), ("Password", Cast.Alice.Password));
        await Save("kit", HttpStatusCode.Redirect, ("Key", "kit-key"), ("Password", Cast.Alice.Password));
        (await Save("smtp", HttpStatusCode.BadRequest, ("Host", "127.0.0.1"), ("Port", $"{server.Port}"), ("Security", "none"), ("User", "u"), ("Password", Cast.Alice.Password))).ShouldContain("in the clear");
        await Save("smtp", HttpStatusCode.Redirect, ("Host", "127.0.0.1"), ("Port", $"{server.Port}"), ("Security", "none"), ("Password", Cast.Alice.Password));
        foreach (var part in new[] { "kit", "sendgrid", "smtp" }) (await Save(part + "/test", HttpStatusCode.Redirect)).ShouldContain("lets us in. Nothing was sent.");
        provider.Says = (_, _) => new(401);
        (await Save("sendgrid/test", HttpStatusCode.Redirect)).ShouldContain("The test of SendGrid failed: SendGrid answered 401");
        provider.Says = (_, _) => null;

        var id = await house.Queue(Post.To("c1", "john@x.example"));
        await house.Becomes(id!, States.Sent);
        provider.Asked.Last().Key.ShouldBe("Bearer SG.the-key");
        provider.Mails.Single().Body.GetProperty("reply_to").GetProperty("email").GetString().ShouldBe("help@acme.example");
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        var kept = await connection.ExecuteScalarAsync<string>("select string_agg(value::text, '') from settings") + await connection.ExecuteScalarAsync<string>("select string_agg(details::text, '') from audit");
        kept.ShouldNotContain("SG.the-key");
        kept.ShouldNotContain("kit-key");
        (await alice.Page("/settings/messages")).ShouldNotContain("SG.the-key");
        await Save("sendgrid", HttpStatusCode.Redirect, ("Remove", "true"));
        await Save("kit", HttpStatusCode.Redirect, ("Remove", "true"));
        var other = await house.Queue(Post.To("c2", "sue@x.example"));
        await house.Becomes(other!, States.Sent);
        server.Taken.Single().To.ShouldBe("sue@x.example");
    }

    [Theory]
    [InlineData("CS_SMTP", "mail.example.com", "no address of a mail server")]
    [InlineData("CS_MAIL_FROM", "Acme", "no mail address")]
    [InlineData("CS_PUBLIC_URL", "http://127.0.0.1:5080", "cannot reach")]
    [InlineData("CS_KIT_RATE", "5", "no number a minute")]
    [InlineData("CS_SENDGRID_API_KEY", "two words", "cannot be used")]
    [InlineData("CS_SENDGRID_URL", "sendgrid", "no address")]
    public void Settings_that_make_no_sense_are_refused_at_start(string name, string value, string says) =>
        Should.Throw<Trouble>(() => ChannelSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [name] = value }).Build())).Text.ShouldContain(says);

    [Theory]
    [InlineData("smtp://user%40acme:p%3Ass@mail.example.com", "mail.example.com", 587, SmtpSecurity.StartTls, "user@acme", "p:ss")]
    [InlineData("smtps://mail.example.com", "mail.example.com", 465, SmtpSecurity.Tls, "", "")]
    [InlineData("smtp+plain://127.0.0.1:2525", "127.0.0.1", 2525, SmtpSecurity.None, "", "")]
    public void A_mail_server_is_one_address(string text, string host, int port, SmtpSecurity security, string user, string password) =>
        SmtpSetup.Read(text, 60).ShouldBe(new SmtpSetup(host, port, security, user, password, 60));

    [Fact]
    public void Channels_are_tried_in_their_order()
    {
        Channel.Order.ShouldBe(["kit", "sendgrid", "smtp", "log"]);
        MailAddress.Parse("Acme Support <hello@acme.example>").ShouldBe(new MailAddress("hello@acme.example", "Acme Support"));
        foreach (var wrong in new[] { "", "a", "@b.example", "a@b", "a b@c.example", "a@b..example", "<a@b.example", "a@b.example>x", "a@-b.example", "a\r\nb@c.example" }) MailAddress.Parse(wrong).ShouldBeNull(wrong);
        MailAddress.Read("jürgen@münchen.example").ShouldBeNull("letters of other scripts before the @ need a server that says it takes them");
        MailAddress.Read("info@münchen.example")!.Address.ShouldBe("info@xn--mnchen-3ya.example");
    }
}
