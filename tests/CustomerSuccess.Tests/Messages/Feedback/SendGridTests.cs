using System.Net;
using System.Security.Cryptography;
using System.Text;
using CustomerSuccess.Messages.Feedback.SendGrid;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Messages.Consent;
using Dapper;

namespace CustomerSuccess.Tests.Messages.Feedback;

public sealed class SendGridTests : IAsyncLifetime
{
    private readonly SendGridSender sender = new();
    private House house = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => house = await House.Open(null, sender.Setting);

    public async ValueTask DisposeAsync()
    {
        sender.Dispose();
        await house.DisposeAsync();
    }

    // SendGrid's published example: key, signature and timestamp of its own libraries' tests, over the body with its CRLF.
    private const string VectorKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    private const string VectorSignature = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
    private const string VectorTime = "1600112502";

    private static readonly byte[] VectorBody = Encoding.UTF8.GetBytes(
        """[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]""" + "\r\n");

    [Fact]
    public void SendGrids_own_vector_is_right_and_any_byte_less_is_not()
    {
        var then = DateTimeOffset.FromUnixTimeSeconds(1_600_112_502);
        SendGridSignature.Problem(VectorSignature, VectorTime, VectorBody, [sender.PublicKey, VectorKey], then).ShouldBeNull();
        SendGridSignature.Problem(VectorSignature, VectorTime, VectorBody.AsSpan(..^2), [VectorKey], then).ShouldBe("bad_signature");
        SendGridSignature.Problem(VectorSignature, VectorTime, VectorBody, [sender.PublicKey], then).ShouldBe("bad_signature");
        SendGridSignature.Problem(VectorSignature, VectorTime, VectorBody, [VectorKey], then.AddHours(26)).ShouldBe("too_old");
        SendGridSignature.Problem(VectorSignature, VectorTime, VectorBody, [VectorKey], then.AddMinutes(-6)).ShouldBe("too_old");
    }

    [Fact]
    public async Task A_mail_that_nobody_knew_about_was_sent_once_its_delivery_is_told()
    {
        var mail = await house.Mailed("acme");
        await house.One<int>("update messages set state = 'unknown', channel = 'sendgrid' where message_id = @mail returning 1", new { mail });
        await sender.Tell(house, SendGridSender.Event(house, "delivered", "acme", mail));
        (await house.State(mail)).State.ShouldBe(States.Sent);
        (await house.Steps(mail))[^1].ShouldBe("delivered");
        (await house.One<int>("select count(*)::int from events where customer_id = 'acme' and type = 'email_sent'")).ShouldBe(1);
        // One that failed, was dropped or is on its way again stays what it is.
        await house.One<int>("update messages set state = 'failed' where message_id = @mail returning 1", new { mail });
        await sender.Tell(house, SendGridSender.Event(house, "delivered", "acme", mail, id: "again"));
        (await house.State(mail)).State.ShouldBe(States.Failed);
    }

    [Fact]
    public async Task Forgeries_change_nothing_and_are_told_so()
    {
        var mail = await house.Mailed("acme");
        var body = Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(new[] { SendGridSender.Event(house, "spamreport", "acme", mail, id: "forged") }));
        var other = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("spamreport", "bounce", StringComparison.Ordinal));
        var now = SendGridSender.Now(house);
        var right = sender.Sign(now, body);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var wide = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var der = Convert.FromBase64String(right);
        (string Name, byte[] Body, string? Signature, string? Time)[] forgeries =
        [
            ("no signature", body, null, now), ("no timestamp", body, right, null), ("an empty signature", body, "", now), ("another body", other, right, now), ("a body with a blank more", [.. body, 32], right, now),
            ("another time", body, right, SendGridSender.Now(house, 1)), ("a stranger's key", body, sender.Sign(now, body, stranger), now), ("another curve", body, sender.Sign(now, body, wide), now),
            ("another hash", body, sender.Sign(now, body, hash: HashAlgorithmName.SHA512), now), ("the signature of the body alone", body, sender.Sign("", body), now),
            ("r and s side by side", body, sender.Sign(now, body, format: DSASignatureFormat.IeeeP1363FixedFieldConcatenation), now), ("not base64", body, "!" + right[1..], now), ("cut short", body, Convert.ToBase64String(der[..^1]), now),
            ("zeros for r and s", body, Convert.ToBase64String([0x30, 6, 2, 1, 0, 2, 1, 0]), now), ("a replay of last week", body, sender.Sign(SendGridSender.Now(house, 26 * 3600), body), SendGridSender.Now(house, 26 * 3600)),
            ("from tomorrow", body, sender.Sign(SendGridSender.Now(house, -86_400), body), SendGridSender.Now(house, -86_400)), ("a time that is none", body, sender.Sign("now", body), "now"),
            ("a time that swallows the body", body[1..], right, now + "["), ("the public key as signature", body, sender.PublicKey, now), ("two signatures", body, right + "," + right, now), ("a blank in it", body, right[..8] + " " + right[8..], now),
        ];
        forgeries.Length.ShouldBeGreaterThan(12);
        foreach (var (name, forged, signature, time) in forgeries) (await SendGridSender.Send(house, forged, signature, time)).ShouldBe(HttpStatusCode.Unauthorized, name);
        (await house.One<long>("select count(*) from feedback")).ShouldBe(0);
        (await house.One<long>("select count(*) from suppressions")).ShouldBe(0);

        (await SendGridSender.Send(house, body, right, now)).ShouldBe(HttpStatusCode.Accepted, "and the same, signed, is taken");
        (await house.One<long>("select count(*) from suppressions")).ShouldBe(1);
        // A replay within the day changes nothing.
        (await SendGridSender.Send(house, body, right, now)).ShouldBe(HttpStatusCode.Accepted);
        (await house.Steps(mail)).Count(step => step == "complained").ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_becomes_rows_of_history_once_each_in_whatever_batch_it_comes_again()
    {
        var mail = await house.Mailed("acme");
        object[] batch =
        [
            SendGridSender.Event(house, "processed", "acme", mail), SendGridSender.Event(house, "deferred", "acme", mail, new { response = "450 try again" }, id: "d1"),
            SendGridSender.Event(house, "delivered", "acme", mail, new { response = "250 OK" }, id: "d2"), SendGridSender.Event(house, "open", "acme", mail, new { useragent = "Mozilla/5.0", ip = "192.0.2.1" }, id: "d3"),
            SendGridSender.Event(house, "open", "acme", mail, id: "d3"), SendGridSender.Event(house, "delivered", "acme", "0199aaaa", id: "d4"), SendGridSender.Event(house, "delivered", "someone-else", mail, id: "d5"), 7, "x", new { },
        ];
        (await sender.Tell(house, batch)).ShouldBe((3, 1, 2));
        (await sender.Tell(house, [.. batch, SendGridSender.Event(house, "delivered", "acme", mail, id: "d2")])).ShouldBe((0, 5, 2));
        (await house.Steps(mail)).ShouldBe([States.Sending, States.Sent, "delayed", "delivered", "opened"]);
        // Opens and deliveries trigger nothing: no event of the customer, no state.
        (await house.MailEvents("acme")).ShouldBeEmpty();
        (await house.State(mail)).State.ShouldBe(States.Sent);
    }

    [Fact]
    public async Task Hard_bounces_and_complaints_end_mail_to_the_address_and_soft_ones_do_not()
    {
        foreach (var (customer, type, more, reason) in new (string, string, object, string?)[]
        {
            ("hard", "bounce", new { status = "5.1.1", reason = "550 5.1.1 no such user", type = "bounce" }, "hard_bounce"),
            ("full", "bounce", new { status = "5.2.2", reason = "552 5.2.2 over quota", type = "bounce" }, null),
            ("blocked", "bounce", new { status = "5.7.1", reason = "550 5.7.1 blocked by policy", type = "blocked" }, null),
            ("later", "bounce", new { status = "4.0.0", reason = "421 try again", type = "bounce" }, null),
            ("spam", "spamreport", new { }, "complaint"),
            ("listed", "dropped", new { reason = "Bounced Address" }, "hard_bounce"),
            ("dropped", "dropped", new { reason = "Spam Content" }, null),
        })
        {
            var mail = await house.Mailed(customer);
            (await sender.Tell(house, SendGridSender.Event(house, type, customer, mail, more))).Stored.ShouldBe(1, customer);
            (await house.One<string?>("select reason from suppressions where email = @email", new { email = $"hello@{customer}.example" })).ShouldBe(reason, customer);
            var next = await house.Queue(Post.To(customer, $"hello@{customer}.example", "account_created", "next" + customer) with { Topic = "account" });
            await house.Becomes(next!, reason is null ? States.Sent : States.Suppressed);
        }

        (await house.MailEvents("hard")).ShouldBe(["email_bounced", "email_suppressed"], ignoreOrder: true);
        (await house.MailEvents("spam")).ShouldBe(["email_complained", "email_suppressed"], ignoreOrder: true);
    }

    [Fact]
    public async Task Unsubscribing_at_the_provider_ends_the_topic()
    {
        var mail = await house.Mailed("acme", "product", "milestone");
        await sender.Tell(house, SendGridSender.Event(house, "unsubscribe", "acme", mail));
        (await house.Chosen("acme", "hello@acme.example")).ShouldBe(new Dictionary<string, bool>(StringComparer.Ordinal) { ["product"] = false });
    }

    [Fact]
    public async Task Without_our_ids_the_mail_is_found_by_the_providers_name_for_it()
    {
        var mail = await house.Mailed("acme");
        await using (var connection = await house.Db.OpenConnectionAsync(Ct)) await connection.ExecuteAsync("update messages set channel = 'sendgrid', provider_id = 'LRzXl_NHStOGhQ4kofSm_A' where message_id = @mail", new { mail });
        var told = SendGridSender.Event(house, "delivered", "acme", mail);
        told.Remove("message_id");
        told.Remove("customer_id");
        (await sender.Tell(house, told)).Stored.ShouldBe(1);
    }

    [Fact]
    public async Task Batches_that_arrive_together_are_each_written_once()
    {
        var mails = new List<string>();
        for (var n = 0; n < 6; n++) mails.Add(await house.Mailed("c" + n));
        var events = mails.SelectMany((mail, n) => new[] { "delivered", "open", "bounce", "spamreport" }.Select(type => (object)SendGridSender.Event(house, type, "c" + n, mail, new { status = "5.1.1", type = "bounce" }))).ToArray();
        var random = new Random(5);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => sender.Tell(house, [.. events.OrderBy(_ => random.Next())])));
        outcomes.Sum(outcome => outcome.Stored).ShouldBe(events.Length);
        (await house.One<long>("select count(*) from message_steps where state in ('delivered', 'opened', 'bounced', 'complained')")).ShouldBe(events.Length);
        (await house.One<long>("select count(*) from suppressions where reason = 'complaint'")).ShouldBe(6);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("[")]
    [InlineData("")]
    public async Task A_signed_body_that_is_no_list_is_refused(string text)
    {
        var (body, now) = (Encoding.UTF8.GetBytes(text), SendGridSender.Now(house));
        (await SendGridSender.Send(house, body, sender.Sign(now, body), now)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Strange_values_are_kept_as_text_or_left_out()
    {
        var mail = await house.Mailed("acme");
        var body = Encoding.UTF8.GetBytes("[" + $$$"""
            {"event":"bounce","timestamp":1e400,"sg_event_id":["x"],"message_id":"{{{mail}}}","customer_id":"acme","reason":"a\u0000b\ud800<script>\r\nX: y","status":5,"email":null},
            {"event":"delivered","timestamp":-5,"sg_event_id":"{{{new string('x', 500)}}}","message_id":"{{{mail}}}","customer_id":"acme","response":"{{{new string('y', 5000)}}}"},
            {"event":"click","timestamp":99999999999,"message_id":"{{{mail}}}","url":"javascript:alert(1)","ip":"not an address","useragent":{ } }
            """ + "]");
        var now = SendGridSender.Now(house);
        (await SendGridSender.Send(house, body, sender.Sign(now, body), now)).ShouldBe(HttpStatusCode.Accepted);
        (await house.Steps(mail)).ShouldContain("delivered");
    }

    [Fact]
    public async Task The_key_is_entered_on_the_page_where_the_environment_sets_none_and_nonsense_is_no_key()
    {
        await using var other = await House.Open();
        var (body, now) = ("[]"u8.ToArray(), SendGridSender.Now(other));
        (await SendGridSender.Send(other, body, sender.Sign(now, body), now)).ShouldBe(HttpStatusCode.Unauthorized);
        var alice = await other.As(Cast.Alice);
        foreach (var nonsense in new[] { "abc", VectorKey[..^8], Convert.ToBase64String(new byte[91]) })
            (await alice.Form("/settings/topics", "/settings/topics/feedback", ("keys", nonsense))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await alice.Form("/settings/topics", "/settings/topics/feedback", ("keys", $"{VectorKey}\n{sender.PublicKey}"))).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await SendGridSender.Send(other, body, sender.Sign(now, body), now)).ShouldBe(HttpStatusCode.Accepted);
    }
}
