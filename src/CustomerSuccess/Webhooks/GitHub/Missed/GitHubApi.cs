using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Http.Outgoing;
using CustomerSuccess.Webhooks.Deliveries;
using Microsoft.AspNetCore.WebUtilities;
using Polly;

namespace CustomerSuccess.Webhooks.GitHub.Missed;

/// <summary>GitHub will answer again from then on.</summary>
public sealed class GitHubRests(DateTime until) : Exception($"GitHub asks to wait until {until:u}.")
{
    public DateTime Until => until;
}

/// <summary>The part of GitHub's REST interface that tells what was delivered.</summary>
public sealed class GitHubApi(OutgoingHttp http, GitHubApiSettings settings, TimeProvider clock)
{
    private readonly ResiliencePipeline<HttpResponseMessage> retries = Retries.Of(TimeSpan.FromMilliseconds(500), clock);

    /// <summary>One try to deliver. Several may carry the same guid: it was redelivered.</summary>
    public sealed record Attempt(long Id, string Guid, DateTime DeliveredAt, string Event, string? Action);

    /// <summary>Up to a hundred tries, newest first, and where the next page begins; null on the last.</summary>
    public async Task<(IReadOnlyList<Attempt> Attempts, string? Next)> List(string? cursor, CancellationToken ct)
    {
        using var answer = await Get($"{settings.Deliveries}?per_page=100{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", ct);
        using var json = await Read(answer, ct);
        if (json.RootElement.ValueKind != JsonValueKind.Array) throw new InvalidDataException("GitHub's list of deliveries is no list.");
        return ([.. json.RootElement.EnumerateArray().Select(Try).OfType<Attempt>()], Next(answer));
    }

    /// <summary>The payload of a try, as GitHub sent it; null where GitHub no longer has it.</summary>
    public async Task<JsonDocument?> Payload(long id, CancellationToken ct)
    {
        using var answer = await Get(string.Create(CultureInfo.InvariantCulture, $"{settings.Deliveries}/{id}"), ct, HttpStatusCode.NotFound);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        using var json = await Read(answer, ct);
        var payload = json.RootElement.At("request", "payload");
        // A hook that sends forms has the JSON as a text in the field payload.
        if (payload.At("payload").ValueKind == JsonValueKind.String) payload = payload.At("payload");
        var text = payload.ValueKind == JsonValueKind.String ? payload.GetString()! : payload.ValueKind == JsonValueKind.Object ? payload.GetRawText() : null;
        return text is null ? null : Events.ReadEnvelope.Parse(System.Text.Encoding.UTF8.GetBytes(text), out _);
    }

    private async Task<HttpResponseMessage> Get(string path, CancellationToken ct, HttpStatusCode fine = HttpStatusCode.OK)
    {
        var answer = await retries.ExecuteAsync(async stop =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(settings.Api, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.Bearer(clock.GetUtcNow()));
            request.Headers.Accept.ParseAdd("application/vnd.github+json");
            request.Headers.Add("X-GitHub-Api-Version", "2022-11-28");
            return await http.Client.SendAsync(request, stop);
        }, ct);
        if (answer.IsSuccessStatusCode || answer.StatusCode == fine) return answer;
        using (answer)
        {
            if (Rests(answer) is { } until) throw new GitHubRests(until);
            throw answer.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new Trouble(
                    $"GitHub does not let us list deliveries ({(int)answer.StatusCode}).", "Check CS_GITHUB_APP_ID and CS_GITHUB_APP_KEY, or that CS_GITHUB_TOKEN may read the hook of CS_GITHUB_HOOK."),
                HttpStatusCode.NotFound => new Trouble("GitHub knows no such hook (404).", "Check CS_GITHUB_API, and CS_GITHUB_HOOK where a token is used."),
                _ => new HttpRequestException($"GitHub answered {(int)answer.StatusCode}.", null, answer.StatusCode),
            };
        }
    }

    // docs.github.com, "Rate limits for the REST API": Retry-After, or no requests left until a time; 403 and 429 alike.
    private DateTime? Rests(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests)) return null;
        var now = clock.Now();
        if (answer.Headers.RetryAfter?.Delta is { } wait) return now + wait;
        if (answer.Headers.RetryAfter?.Date is { } date) return date.UtcDateTime;
        if (Header("x-ratelimit-remaining") == "0" && long.TryParse(Header("x-ratelimit-reset"), CultureInfo.InvariantCulture, out var reset) && reset is > 0 and < 4_102_444_800)
            return DateTimeOffset.FromUnixTimeSeconds(reset).UtcDateTime;
        // 429 without a word: a minute is what GitHub asks for then.
        return answer.StatusCode == HttpStatusCode.TooManyRequests ? now.AddMinutes(1) : null;

        string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
    }

    // Of the address in Link only the cursor is taken: where to ask, we know.
    private static string? Next(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("Link", out var links)) return null;
        foreach (var link in string.Join(',', links).Split(','))
        {
            var (open, close) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
            if (open < 0 || close < open || !link[close..].Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase)) continue;
            return Uri.TryCreate(link[(open + 1)..close], UriKind.RelativeOrAbsolute, out var uri) && uri.IsAbsoluteUri
                && QueryHelpers.ParseQuery(uri.Query).TryGetValue("cursor", out var cursor) && cursor.ToString() is { Length: > 0 and < 500 } text ? text : null;
        }

        return null;
    }

    private static async Task<JsonDocument> Read(HttpResponseMessage answer, CancellationToken ct) =>
        await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(ct), cancellationToken: ct);

    private static Attempt? Try(JsonElement json) =>
        json.At("id").Whole() is { } id && json.At("guid").Text(100) is { } guid && json.At("event").Text(100) is { } name
        && DateTimeOffset.TryParse(json.At("delivered_at").Text(40), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? new Attempt(id, guid, at.UtcDateTime, name, json.At("action").Text(100)) : null;
}
