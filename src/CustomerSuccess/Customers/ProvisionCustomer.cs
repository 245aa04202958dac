using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Keys;
using CustomerSuccess.Events;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Customers;

/// <summary>Sign-up: the customer, its first key and the first facts of its life, all or nothing.</summary>
public static class ProvisionCustomer
{
    /// <summary>ApiKey is shown this once.</summary>
    public sealed record Answer(Customer Customer, string KeyId, string ApiKey);

    /// <summary>
    /// Create a customer that signed up just now: with an API key of its own (shown once), and the events customer_created, signup,
    /// api_key_created and onboarding_step_account_created. The same fields and refusals as creating one.
    /// </summary>
    public static async Task<Results<Created<Answer>, ValidationProblem, ProblemHttpResult>> Handle(JsonElement body, ClaimsPrincipal who, Deeds deeds, CreateKey keys, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        CreateKey.Made? key = null;
        var outcome = await CreateCustomer.Run(deed, body, async customer =>
        {
            await deed.Write(
                deed.Event(EventTypes.Signup, customer.Id, new { email = customer.Email }, $"{EventTypes.Signup}:{customer.Id}"),
                deed.Event(EventTypes.StepPrefix + "account_created", customer.Id, new { }));
            key = await keys.Run(deed.Connection, deed.Transaction, new($"First key of {customer.Id}", [Scopes.Ingest, Scopes.Read], customer.Id), who.AuditActor(), ct);
            await deed.Write(EventTypes.ApiKeyCreated, customer.Id, new { key_id = key.Id });
        }, ct);
        return outcome switch
        {
            { Done: { } made } => TypedResults.Created($"/api/v1/customers/{Uri.EscapeDataString(made.Id)}", new Answer(made, key!.Id, key.Key)),
            { Taken: { } clash } => clash.Problem(),
            _ => EventAnswers.Invalid(outcome.Problems),
        };
    }
}
