using CustomerSuccess.Events;
using CustomerSuccess.Webhooks.Setup;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>Takes a delivery in as far as its signature: who has none is sent away before the body is read, whoever has a wrong one after.</summary>
public sealed class SignedBody(Arrangements arrangements, RefusedDeliveries refused)
{
    /// <summary>GitHub itself gives up after ten seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The body and what holds for its provider, or the refusal.</summary>
    public sealed record Taken(ReadOnlyMemory<byte> Body, Arrangement Arrangement, ProblemHttpResult? Refusal = null);

    /// <param name="provider">Whose door.</param>
    /// <param name="request">The delivery.</param>
    /// <param name="header">The header with the signature.</param>
    /// <param name="problem">Judges header and body under the secrets: null where right, else a word.</param>
    /// <param name="ct">The sender went away.</param>
    public async Task<Taken> Take(Provider provider, HttpRequest request, string header, Func<string?, ReadOnlyMemory<byte>, IReadOnlyList<string>, string?> problem, CancellationToken ct)
    {
        var holds = await arrangements.Of(provider);
        string? signature = request.Headers[header];
        if (holds.Secrets.Count == 0) return Refuse("not_configured");
        if (string.IsNullOrEmpty(signature)) return Refuse("no_signature");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            var body = await RequestBody.Read(request, limit.Token);
            return problem(signature, body, holds.Secrets) is { } wrong ? Refuse(wrong) : new Taken(body, holds);
        }
        catch (BadHttpRequestException error)
        {
            refused.Count(provider, error.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "unreadable");
            throw;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Refuse("too_slow", StatusCodes.Status408RequestTimeout);
        }

        Taken Refuse(string reason, int status = StatusCodes.Status401Unauthorized)
        {
            refused.Count(provider, reason);
            return new Taken(default, holds, TypedResults.Problem(Say(provider, header, reason), statusCode: status, title: "The delivery is refused."));
        }
    }

    /// <summary>Counted and answered: signed, but not to be read.</summary>
    public ProblemHttpResult Unreadable(Provider provider, string why)
    {
        refused.Count(provider, "unreadable");
        return TypedResults.Problem(why, statusCode: StatusCodes.Status400BadRequest, title: "The delivery cannot be read.");
    }

    private static string Say(Provider provider, string header, string reason) => reason switch
    {
        "not_configured" => $"No signing secret of {provider.Title} is set here. Enter it under Settings, Webhooks, or set {provider.SecretSetting}.",
        "no_signature" => $"The header {header} is missing: set a secret where {provider.Title} sends from.",
        "too_old" => $"The signature is older than {Stripe.StripeSignature.Tolerance} seconds.",
        "too_slow" => "The body did not arrive within ten seconds.",
        _ => $"The signature in {header} is not one of our secret over this body.",
    };
}
