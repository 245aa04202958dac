using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CustomerSuccess.Messages.Channels.Mail;

namespace CustomerSuccess.Messages.Channels;

/// <summary>One request to a provider, and how far it came: whether anything of it was handed over when the line was lost.</summary>
public sealed record HttpAnswer(HttpStatusCode? Status, string Body, TimeSpan? RetryAfter, string Id, bool HandedOver, string Trouble)
{
    private const int MostOfBody = 64 * 1024, MostOfId = 200, MostWords = 300;

    /// <param name="http">The client for everything outgoing.</param>
    /// <param name="request">With its headers; disposed of here.</param>
    /// <param name="json">Its body.</param>
    /// <param name="timeout">For all of it.</param>
    /// <param name="now">For a Retry-After that is a date.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<HttpAnswer> Of(HttpClient http, HttpRequestMessage request, byte[] json, TimeSpan timeout, DateTimeOffset now, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        using var body = new Told(json);
        request.Content = body;
        try
        {
            using (request)
            {
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                var text = await Text(answer, limit.Token);
                return new(answer.StatusCode, text, After(answer.Headers.RetryAfter, now), answer.Headers.TryGetValues("X-Message-Id", out var ids) ? MailAddress.Words(ids.First(), MostOfId) : "", true, "");
            }
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            var why = error is OperationCanceledException ? "no answer in time" : error.InnerException is Platform.Http.Outgoing.AddressRefused refused ? refused.Message : MailAddress.Words(error.Message, MostWords);
            return new(null, "", null, "", body.Begun, why);
        }
    }

    /// <summary>The first words of what it said, for people.</summary>
    public string Words(string title) => Status is { } status
        ? $"{title} answered {(int)status}{(Body.Length == 0 ? "" : ": " + (Body.Length > MostWords ? MailAddress.Words(Body, MostWords) + "…" : Body))}"
        : HandedOver ? $"{title} took it and gave no answer: {Trouble}" : $"{title} cannot be reached: {Trouble}";

    // The status is what counts: a body that does not come changes nothing about it. Nothing stays in it that the database would not keep.
    private static async Task<string> Text(HttpResponseMessage answer, CancellationToken ct)
    {
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            var bytes = new byte[MostOfBody];
            var read = await stream.ReadAtLeastAsync(bytes, MostOfBody, throwOnEndOfStream: false, ct);
            return MailAddress.Words(Encoding.UTF8.GetString(bytes, 0, read), MostOfBody);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return "";
        }
    }

    private static TimeSpan? After(RetryConditionHeaderValue? told, DateTimeOffset now) =>
        (told?.Delta ?? (told?.Date is { } date ? date - now : null)) is { } wait ? TimeSpan.FromSeconds(Math.Clamp(wait.TotalSeconds, 0, 86_400)) : null;

    // Says whether the body was begun: before that nothing can have come of the request.
    private sealed class Told : ByteArrayContent
    {
        public Told(byte[] json)
            : base(json) => Headers.ContentType = new MediaTypeHeaderValue("application/json");

        public bool Begun { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            Begun = true;
            return base.SerializeToStreamAsync(stream, context, cancellationToken);
        }
    }
}
