using System.Net;
using System.Text;
using CustomerSuccess.Messages.Feedback;
using CustomerSuccess.Messages.Feedback.Smtp;
using CustomerSuccess.Tests.Messages.Consent;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Messages.Feedback;

public sealed class BounceTests(House house) : IClassFixture<House>
{
    private const string Id = "0199f0c2a1b37def8a4bc5d6e7f80912";

    private static readonly DateTime Now = new(2025, 5, 5, 12, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>As Postfix writes it.</summary>
    private static string Report(string message, string recipient, string action = "failed", string status = "5.1.1", string words = "smtp; 550 5.1.1 <x>: Recipient address rejected: User unknown", string own = "<20250505.1@mx.example>") =>
        $"""
        Return-Path: <>
        From: MAILER-DAEMON@mx.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: bounces@example.com
        Message-Id: {own}
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        	boundary="4F2B51C0.1746446400/mx.example"

        This is a MIME-encapsulated message.

        --4F2B51C0.1746446400/mx.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --4F2B51C0.1746446400/mx.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example
        X-Postfix-Queue-ID: 4F2B51C0
        Arrival-Date: Mon,  5 May 2025 12:00:00 +0000 (UTC)

        Final-Recipient: rfc822; {recipient}
        Original-Recipient: rfc822;{recipient}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mail.elsewhere.example
        Diagnostic-Code: {words}

        --4F2B51C0.1746446400/mx.example
        Content-Description: Undelivered Message
        Content-Type: message/rfc822

        From: Us <us@example.com>
        To: <{recipient}>
        Subject: Your week
        Message-ID: <{message}.1@example.com>

        Hello.

        --4F2B51C0.1746446400/mx.example--
        """;

    private static Told? Read(string report) => ReadBounce.Run(Encoding.UTF8.GetBytes(report.ReplaceLineEndings("\r\n")), Now).Events.SingleOrDefault();

    [Theory]
    [InlineData("failed", "5.1.1", "smtp; 550 user unknown", "bounced", true)]
    [InlineData("failed", "5.0.0", "smtp; 550 no such mailbox", "bounced", true)]
    [InlineData("failed", "5.0.0", "smtp; 554 blocked as spam", "bounced", false)]
    [InlineData("failed", "5.2.2", "smtp; 552 mailbox full", "bounced", false)]
    [InlineData("failed", "5.7.1", "smtp; 550 policy", "bounced", false)]
    [InlineData("failed", "4.4.1", "connection timed out", "bounced", false)]
    [InlineData("delayed", "4.4.1", "connection timed out", "delayed", false)]
    [InlineData("delivered", "2.0.0", "smtp; 250 ok", "delivered", false)]
    [InlineData("FAILED", "5.1.10 (null MX)", "smtp; 556", "bounced", true)]
    public void A_report_says_what_became_of_it_and_whether_for_good(string action, string status, string words, string kind, bool hard)
    {
        var told = Read(Report(Id, "hello@acme.example", action, status, words))!;
        told.ShouldSatisfyAllConditions(it => it.Message.ShouldBe(Id), it => it.Kind.ShouldBe(kind), it => it.Hard.ShouldBe(hard), it => it.Suppresses.ShouldBe(hard ? "hard_bounce" : null), it => it.Email.ShouldBe("hello@acme.example"));
    }

    [Fact]
    public void Packed_parts_and_headers_only_are_read_as_well()
    {
        var report = Report(Id, "hello@acme.example");
        var status = report[report.IndexOf("Reporting-MTA", StringComparison.Ordinal)..report.IndexOf("--4F2B51C0.1746446400/mx.example\nContent-Description: Undelivered", StringComparison.Ordinal)];
        Read(report.Replace(status, Convert.ToBase64String(Encoding.ASCII.GetBytes(status)) + "\n", StringComparison.Ordinal)
            .Replace("Content-Type: message/delivery-status", "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64", StringComparison.Ordinal))!.Hard.ShouldBeTrue();
        Read(report.Replace("message/rfc822", "text/rfc822-headers", StringComparison.Ordinal))!.Message.ShouldBe(Id);
        Read(report.Replace("Action: failed", "Action:\n  failed", StringComparison.Ordinal))!.Kind.ShouldBe("bounced");
    }

    [Fact]
    public void What_names_no_mail_of_ours_is_ignored()
    {
        ReadBounce.Run(Encoding.UTF8.GetBytes(Report("someone-elses", "hello@acme.example")), Now).Why.ShouldContain("no mail of ours");
        ReadBounce.Run("Subject: I am away until Monday\r\n\r\nSorry."u8, Now).Why.ShouldContain("no delivery report");
        ReadBounce.Run([], Now).Events.ShouldBeEmpty();
    }

    /// <summary>Cut anywhere, with anything changed: read or ignored, never a fault.</summary>
    [Fact]
    public void Broken_reports_never_fail()
    {
        var report = Encoding.UTF8.GetBytes(Report(Id, "hello@acme.example"));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
            (from cut in Gen.Choose(0, report.Length)
             from changes in Gen.Choose(0, 256 * report.Length - 1).ListOf(6)
             select (cut, changes: changes.ToArray())).ToArbitrary(), one =>
             {
                 var broken = report.ToArray();
                 foreach (var change in one.changes) broken[change / 256] = (byte)(change % 256);
                 return ReadBounce.Run(broken.AsSpan(..one.cut), Now).Events.Count <= 1;
             }));
    }

    [Fact]
    public async Task A_report_by_HTTP_suppresses_the_address_once_and_a_forged_one_does_not()
    {
        var key = await house.Key("ingest");
        async Task<string> Send(string report, HttpStatusCode expected = HttpStatusCode.Accepted, string? with = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/outbox/bounces") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(report)), Headers = { { "x-api-key", with ?? key } } };
            request.Content.Headers.ContentType = new("message/rfc822");
            using var answer = await house.Http.SendAsync(request, Ct);
            answer.StatusCode.ShouldBe(expected);
            return await answer.Content.ReadAsStringAsync(Ct);
        }

        var mail = await house.Mailed("bounced");
        (await Send(Report(Guid.CreateVersion7().ToString("N"), "hello@bounced.example"))).ShouldContain("unmatched");
        (await Send(Report(mail, "victim@elsewhere.example"))).ShouldContain("behind a forwarding");
        (await house.One<long>("select count(*) from suppressions where email in ('hello@bounced.example', 'victim@elsewhere.example')")).ShouldBe(0);
        (await Send(Report(mail, "Hello@Bounced.example"))).ShouldContain("stored");
        (await Send(Report(mail, "Hello@Bounced.example"))).ShouldContain("duplicate");
        (await house.One<string>("select reason from suppressions where email = 'hello@bounced.example'")).ShouldBe("hard_bounce");
        (await Send("Subject: away\r\n\r\nback on Monday")).ShouldContain("ignored");
        await Send(new string('x', 2 * 1024 * 1024), HttpStatusCode.RequestEntityTooLarge);
        await Send("x", HttpStatusCode.Unauthorized, "cs_made_up");
    }

    [Fact]
    public async Task The_command_takes_a_report_from_a_mail_servers_pipe()
    {
        var mail = await house.Mailed("piped");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Report(mail, "hello@piped.example"), Ct);
            var took = await house.Cli("bounce", file, "--json");
            took.Code.ShouldBe(0, took.Error);
            took.Json.GetProperty("outcome").GetString().ShouldBe("stored");
            await File.WriteAllTextAsync(file, "nothing of the kind", Ct);
            (await house.Cli("bounce", file)).Code.ShouldBe(0);
        }
        finally
        {
            File.Delete(file);
        }

        (await house.One<long>("select count(*) from suppressions where email = 'hello@piped.example'")).ShouldBe(1);
    }
}
