using System.Text;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Webhooks.Deliveries;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace CustomerSuccess.Webhooks.GitHub;

/// <summary>The door GitHub delivers to: of a GitHub App, an organization or a repository.</summary>
public static class ReceiveGitHub
{
    /// <summary>What became of a delivery: stored, ignored (nothing follows from its kind), duplicate or failed.</summary>
    public sealed record Answer(string Id, string Status, string? Reason);

    /// <summary>
    /// A delivery of GitHub, signed with X-Hub-Signature-256; the body is JSON or a form with the field payload. 202 says what
    /// became of it, kinds that mean nothing here included; 401 for a signature that is missing or wrong.
    /// </summary>
    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(HttpRequest request, SignedBody door, StoreDelivery store, TimeProvider clock, CancellationToken ct)
    {
        var taken = await door.Take(Provider.GitHub, request, "X-Hub-Signature-256", (header, body, secrets) => GitHubSignature.Problem(header, body.Span, secrets), ct);
        if (taken.Refusal is { } refusal) return refusal;
        if (Header(request, "X-GitHub-Delivery") is not { } id || Header(request, "X-GitHub-Event") is not { } name)
            return door.Unreadable(Provider.GitHub, "The headers X-GitHub-Delivery and X-GitHub-Event say which delivery this is; each has 1 to 100 plain characters.");
        using var json = ReadEnvelope.Parse(IsForm(request, taken.Body.Span) ? Payload(taken.Body) : taken.Body, out var fault);
        if (json is null) return door.Unreadable(Provider.GitHub, $"The payload is {fault!.Message}.");
        var reading = TranslateGitHub.Read(name, id, json.RootElement, taken.Arrangement.Rules, clock.Now());
        var outcome = await store.Run(Provider.GitHub, id, taken.Body, reading, fetched: false, ct);
        return TypedResults.Accepted((string?)null, new Answer(id, outcome.Word, outcome.Detail));
    }

    // Neither is signed, so neither is believed further than it must be.
    private static string? Header(HttpRequest request, string name) =>
        request.Headers[name].ToString() is { Length: > 0 and <= 100 } text && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':') ? text : null;

    private static bool IsForm(HttpRequest request, ReadOnlySpan<byte> body) =>
        body.StartsWith("payload="u8) && (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ?? true);

    private static ReadOnlyMemory<byte> Payload(ReadOnlyMemory<byte> form) =>
        Encoding.UTF8.GetBytes(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(form.Span)).TryGetValue("payload", out var payload) ? payload.ToString() : "");
}
