using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform.Http.Outgoing;

namespace CustomerSuccess.Messages.Channels;

/// <summary>
/// Kit (ConvertKit), API v4: a tag milestone_… on the subscriber starts the company's own sequence there, and that is the delivery. A
/// subscriber has a tag or has not, so asking twice has one effect. 120 requests in 60 s; its 429 is plain text without Retry-After.
/// </summary>
public sealed record KitChannel(HttpSetup Setup, OutgoingHttp Way, TimeSpan Timeout, TimeProvider Clock, ConcurrentDictionary<string, long> Tags) : Channel(Kit, "Kit")
{
    public override bool Idempotent => true;

    public override bool Composes => false;

    /// <summary>The subscriber, and the tag on it. A tag's number is asked for once.</summary>
    public override int Cost => 2;

    public override bool Takes(Message message) => message.Milestone is not null;

    public override async Task<Answer> Send(Composed mail, Message message, CancellationToken ct)
    {
        if (MailAddress.Read(message.ToEmail, message.ToName) is not { } to) return new Answer.Refused("the address is no mail address");
        // A tag can only be put on a subscriber who is there.
        var subscriber = await Post("v4/subscribers", to.Name.Length == 0 ? new { email_address = to.Address } : new { email_address = to.Address, first_name = to.Name }, ct);
        if (!Fine(subscriber)) return Before(subscriber);
        var name = message.Milestone!;
        if (!Tags.TryGetValue(name, out var tag))
        {
            var made = await Post("v4/tags", new { name }, ct);
            if (!Fine(made)) return Before(made);
            if (Number(made.Body) is not { } number) return new Answer.NotReached("Kit answered without the tag's number");
            tag = Tags[name] = number;
        }

        var tagged = await Post(string.Create(CultureInfo.InvariantCulture, $"v4/tags/{tag}/subscribers"), new { email_address = to.Address }, ct);
        if (Fine(tagged)) return new Answer.Sent("");
        if (tagged.Status == HttpStatusCode.NotFound)
        {
            // Deleted there meanwhile: made anew the next time.
            Tags.TryRemove(name, out _);
            return new Answer.NotReached("Kit no longer knows the tag");
        }

        return tagged.Status is null ? (tagged.HandedOver ? new Answer.Unknown(tagged.Words(Title)) : new Answer.NotReached(tagged.Words(Title)))
            : (int)tagged.Status >= 500 && tagged.Status != HttpStatusCode.ServiceUnavailable ? new Answer.Unknown(tagged.Words(Title))
            : Before(tagged);
    }

    public override async Task<string?> Test(CancellationToken ct)
    {
        var answer = await HttpAnswer.Of(Way.Client, Request(HttpMethod.Get, "v4/account"), [], Timeout, Clock.GetUtcNow(), ct);
        return Fine(answer) ? null : answer.Words(Title);
    }

    // No tag was touched, so whatever happened, nothing has gone out.
    private Answer Before(HttpAnswer answer) => answer.Status switch
    {
        HttpStatusCode.TooManyRequests => new Answer.Later(answer.RetryAfter, answer.Words(Title)),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new Answer.Refused(answer.Words(Title), OfUs: true),
        null or HttpStatusCode.RequestTimeout => new Answer.NotReached(answer.Words(Title)),
        { } status when (int)status >= 500 => new Answer.NotReached(answer.Words(Title), answer.RetryAfter),
        _ => new Answer.Refused(answer.Words(Title)),
    };

    private static bool Fine(HttpAnswer answer) => answer.Status is { } status && (int)status is >= 200 and < 300;

    private static long? Number(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("tag", out var tag) && tag.TryGetProperty("id", out var id) && id.TryGetInt64(out var number) ? number : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<HttpAnswer> Post(string path, object body, CancellationToken ct) =>
        HttpAnswer.Of(Way.Client, Request(HttpMethod.Post, path), JsonSerializer.SerializeToUtf8Bytes(body), Timeout, Clock.GetUtcNow(), ct);

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(Setup.Url, path));
        request.Headers.Add("X-Kit-Api-Key", Setup.Key);
        request.Headers.Accept.ParseAdd("application/json");
        return request;
    }
}
