using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform.Http.Outgoing;

namespace CustomerSuccess.Messages.Channels;

/// <summary>
/// SendGrid, POST /v3/mail/send: 202 with X-Message-Id (docs.sendgrid.com, "Mail Send"). There is no key against sending twice, so a
/// request whose answer was lost is never repeated.
/// </summary>
public sealed record SendGridChannel(HttpSetup Setup, Sender From, OutgoingHttp Way, TimeSpan Timeout, TimeProvider Clock) : Channel(SendGrid, "SendGrid")
{
    public override async Task<Answer> Send(Composed mail, Message message, CancellationToken ct)
    {
        if (MailAddress.Read(message.ToEmail, message.ToName) is not { } to) return new Answer.Refused("the address is no mail address");
        var answer = await Ask(HttpMethod.Post, "v3/mail/send", JsonSerializer.SerializeToUtf8Bytes(Body(mail, message, to)), ct);
        return answer.Status switch
        {
            { } status when (int)status is >= 200 and < 300 => new Answer.Sent(answer.Id),
            HttpStatusCode.TooManyRequests => new Answer.Later(answer.RetryAfter, answer.Words(Title)),
            // It says itself that it did nothing, and when it will. Without that it may be a proxy's word, who handed the mail on.
            HttpStatusCode.ServiceUnavailable when answer.RetryAfter is { } after => new Answer.NotReached(answer.Words(Title), after),
            HttpStatusCode.RequestTimeout => new Answer.Unknown(answer.Words(Title)),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new Answer.Refused(answer.Words(Title), OfUs: true),
            { } status when (int)status < 500 => new Answer.Refused(answer.Words(Title)),
            null when !answer.HandedOver => new Answer.NotReached(answer.Words(Title)),
            _ => new Answer.Unknown(answer.Words(Title)),
        };
    }

    public override async Task<string?> Test(CancellationToken ct)
    {
        var answer = await Ask(HttpMethod.Get, "v3/scopes", [], ct);
        return answer.Status switch
        {
            HttpStatusCode.OK when !answer.Body.Contains("mail.send", StringComparison.Ordinal) => "the key may not send mail (it has no scope mail.send)",
            HttpStatusCode.OK => null,
            _ => answer.Words(Title),
        };
    }

    private object Body(Composed mail, Message message, MailAddress to)
    {
        var content = new List<object> { new { type = "text/plain", value = mail.Text.Length == 0 ? " " : mail.Text } };
        if (mail.Html.Length > 0) content.Add(new { type = "text/html", value = mail.Html });
        var body = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["personalizations"] = new[]
            {
                new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["to"] = new[] { Party(to) },
                    // Comes back with every event of SendGrid's about this mail.
                    ["custom_args"] = new { message_id = message.MessageId, customer_id = message.CustomerId },
                },
            },
            ["from"] = Party(From.Address),
            ["subject"] = MailAddress.Words(mail.Subject),
            ["content"] = content,
            ["categories"] = new[] { message.Kind },
        };
        if (From.ReplyTo is { } reply) body["reply_to"] = Party(reply);
        var headers = mail.Headers.Where(each => MimeMessage.Allowed(each.Key)).ToDictionary(each => each.Key, each => MimeMessage.Plain(each.Value), StringComparer.Ordinal);
        if (headers.Count > 0) body["headers"] = headers;
        return body;
    }

    private static Dictionary<string, string> Party(MailAddress party)
    {
        var one = new Dictionary<string, string>(StringComparer.Ordinal) { ["email"] = party.Address };
        if (party.Name.Length > 0) one["name"] = party.Name;
        return one;
    }

    private Task<HttpAnswer> Ask(HttpMethod method, string path, byte[] json, CancellationToken ct)
    {
        var request = new HttpRequestMessage(method, new Uri(Setup.Url, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Setup.Key);
        return HttpAnswer.Of(Way.Client, request, json, Timeout, Clock.GetUtcNow(), ct);
    }
}
