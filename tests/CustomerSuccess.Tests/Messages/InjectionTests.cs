using System.Text;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform.Http.Outgoing;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Texts that would end a header, begin another, add a recipient or speak SMTP, as name, subject, header and address.</summary>
public sealed class InjectionTests
{
    private static readonly string[] Ends = ["\r\n", "\n", "\r", "\r\n ", "\n\t", "\u2028", "\u0085", "\0\r\n", "%0d%0a", "\v\f"];

    private static readonly string[] Tails = ["Bcc: evil@evil.example", "X-Evil: yes", "\r\n<script>alert(1)</script>", ".\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<evil@evil.example>\r\nDATA\r\nSubject: evil\r\n\r\nevil\r\n."];

    private static readonly string[] Expected = ["content-type", "date", "from", "list-unsubscribe", "message-id", "mime-version", "subject", "to"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static IEnumerable<string> Payloads => from end in Ends from tail in Tails select $"Kim{end}{tail}";

    [Fact]
    public async Task No_name_subject_or_header_becomes_another_header_or_command()
    {
        Payloads.Count().ShouldBe(40);
        await using var server = new FakeSmtp(House.FreePort());
        await using var provider = await FakeProvider.Start(House.FreePort());
        using var way = new OutgoingHttp(new OutgoingSettings([System.Net.IPNetwork.Parse("127.0.0.0/8")]));
        var from = new Sender(MailAddress.Parse("Acme <hello@acme.example>")!, null);
        Channel[] channels =
        [
            new SmtpChannel(new("127.0.0.1", server.Port, SmtpSecurity.None, "", "", 60), from, way, TimeSpan.FromSeconds(5), TimeProvider.System),
            new SendGridChannel(new("SG.x", new(provider.Url + "/"), 600), from, way, TimeSpan.FromSeconds(5), TimeProvider.System),
        ];
        foreach (var payload in Payloads)
        {
            // As name and subject and in the text and a header of ours, to a good address; then as the address itself.
            var mail = new Composed(payload, $"<p>{payload}</p>", payload + "\r\n.\r\nQUIT\r\n", "1") { Headers = [new("List-Unsubscribe", $"<https://x.example/{payload}>"), new("Bcc", "evil@evil.example"), new("X:" + payload, "x")] };
            foreach (var channel in channels)
            {
                (await channel.Send(mail, To("kim@x.example", payload), Ct)).ShouldBeOfType<Answer.Sent>();
                foreach (var address in new[] { payload + "@x.example", "kim@x.example" + payload["Kim".Length..], $"kim@x.example>{payload}" })
                    (await channel.Send(mail, To(address, "Kim"), Ct)).ShouldBeOfType<Answer.Refused>(address);
            }
        }

        server.Taken.Count.ShouldBe(40);
        server.Taken.ShouldAllBe(mail => mail.To == "kim@x.example");
        foreach (var (_, text) in server.Taken) Headers(text).ShouldBe(Expected);
        server.Commands.Select(line => line.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal).ShouldBe(["DATA", "EHLO", "MAIL", "QUIT", "RCPT"]);
        server.Commands.Count(line => line.StartsWith("RCPT", StringComparison.Ordinal)).ShouldBe(40);
        provider.Mails.Count.ShouldBe(40);
        foreach (var (_, body) in provider.Mails)
        {
            var party = body.GetProperty("personalizations")[0];
            party.EnumerateObject().Select(field => field.Name).ShouldBe(["to", "custom_args"]);
            party.GetProperty("to").GetArrayLength().ShouldBe(1);
            foreach (var text in new[] { party.GetProperty("to")[0].GetProperty("name").GetString()!, body.GetProperty("subject").GetString()!, body.GetProperty("headers").GetProperty("List-Unsubscribe").GetString()! })
                text.ShouldNotContain(letter => char.IsControl(letter) || letter == '\u2028');
            body.GetProperty("headers").EnumerateObject().Count().ShouldBe(1);
        }
    }

    [Fact]
    public void What_was_typed_arrives_as_it_was_typed()
    {
        var to = MailAddress.Read("kim@x.example", "Søren \"the, <tester>\" 李小龍 🚀 & a name that is long enough for two encoded words")!;
        var text = MimeMessage.Write(new("a@b.example", ""), null, to, new Composed("Grüße an alle", "", ".\nHällo\n..\n", "1"), "id", DateTimeOffset.UnixEpoch);
        text.Split("\r\n").ShouldAllBe(line => line.Length < 200 && line.All(char.IsAscii));
        var unfolded = text.Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n");
        Decoded(unfolded.Single(line => line.StartsWith("To: ", StringComparison.Ordinal))["To: ".Length..]).ShouldBe(to.ToString());
        Decoded(unfolded.Single(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..]).ShouldBe("Grüße an alle");
        Encoding.UTF8.GetString(Convert.FromBase64String(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])).ShouldBe(".\r\nHällo\r\n..\r\n");
    }

    // The encoded words of RFC 2047; those beside each other belong together.
    private static string Decoded(string header) =>
        string.Concat(header.Replace("?= =?", "?==?", StringComparison.Ordinal).Split("=?utf-8?B?").Select((part, n) =>
            n == 0 ? part : Encoding.UTF8.GetString(Convert.FromBase64String(part[..part.IndexOf("?=", StringComparison.Ordinal)])) + part[(part.IndexOf("?=", StringComparison.Ordinal) + 2)..]));

    private static List<string> Headers(string mail) =>
        [.. mail[..mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split('\n').Where(line => !line.StartsWith(' ') && !line.StartsWith('\t')).Select(line => line.Split(':')[0].ToLowerInvariant()).Order(StringComparer.Ordinal)];

    private static Message To(string address, string name) => new()
    {
        CustomerId = "c1",
        MessageId = Guid.CreateVersion7().ToString("N"),
        DedupeKey = "x",
        Kind = Kinds.Welcome,
        Topic = "onboarding",
        Audience = NewMessage.ToCustomer,
        ToEmail = address,
        ToName = name,
        Attempt = 1,
    };
}
