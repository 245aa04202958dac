using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Messages.Feedback.SendGrid;

/// <summary>The door SendGrid tells its events to.</summary>
public static class ReceiveSendGrid
{
    // SendGrid gives up by itself after a while; a body that trickles in is nobody's.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What became of the events of a batch.</summary>
    public sealed record Answer(int Stored, int Duplicate, int Unmatched);

    /// <summary>
    /// A batch of SendGrid's signed event webhook. 202 says what became of it; 401 for a signature that is missing, wrong or too old. An
    /// event that was told before changes nothing.
    /// </summary>
    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(HttpRequest request, FeedbackKeys keys, StoreFeedback store, TimeProvider clock, CancellationToken ct)
    {
        var known = await keys.Now(ct);
        if (known.Count == 0) return Refuse("No verification key of SendGrid is set here. Enter it under Settings, Topics & limits, or set CS_SENDGRID_WEBHOOK_KEY.");
        string? signature = request.Headers[SendGridSignature.SignatureHeader], timestamp = request.Headers[SendGridSignature.TimestampHeader];
        if (string.IsNullOrEmpty(signature) || string.IsNullOrEmpty(timestamp)) return Refuse("The signature is missing: switch it on under Mail Settings, Event Webhook.");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        ReadOnlyMemory<byte> body;
        try
        {
            body = await RequestBody.Read(request, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Refuse("The body did not arrive within ten seconds.", StatusCodes.Status408RequestTimeout);
        }

        if (SendGridSignature.Problem(signature, timestamp, body.Span, known, clock.GetUtcNow()) is { } problem)
            return Refuse(problem == "too_old" ? "The signature is more than a day old." : "The signature is not one of our key over this body.");
        if (ReadSendGrid.Run(body, clock.Now()) is not { } told) return Refuse("The body is no JSON list of events.", StatusCodes.Status400BadRequest);
        var outcome = await store.Run("sendgrid", told, ct);
        return TypedResults.Accepted((string?)null, new Answer(outcome.Stored, outcome.Duplicate, outcome.Unmatched));
    }

    private static ProblemHttpResult Refuse(string why, int status = StatusCodes.Status401Unauthorized) => TypedResults.Problem(why, statusCode: status, title: "The delivery is refused.");
}
