using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>Makes a customer, without a key and without steps.</summary>
public static class CreateCustomer
{
    /// <summary>
    /// Create a customer: email and organization, and any other field. The id is made here (c1001) unless given. visitor_id and person_id name
    /// whose visit led to it; what they did counts for the customer. 409 where the id or the address is taken, naming by whom.
    /// </summary>
    public static async Task<Results<Created<Customer>, ValidationProblem, ProblemHttpResult>> Handle(JsonElement body, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var outcome = await Run(deed, body, _ => Task.CompletedTask, ct);
        return outcome switch
        {
            { Done: { } made } => TypedResults.Created($"/api/v1/customers/{Uri.EscapeDataString(made.Id)}", made),
            { Taken: { } clash } => clash.Problem(),
            _ => EventAnswers.Invalid(outcome.Problems),
        };
    }

    /// <summary>Write the customer, then what belongs to it, then commit. Nothing stays where any of it fails.</summary>
    public static async Task<Outcome> Run(Deed deed, JsonElement body, Func<Customer, Task> also, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var fields = CustomerFields.Read(body, isNew: true, deed.Now.Day(), faults);
        var id = GivenId(body, faults);
        var (visitor, person) = (Named(body, "visitor_id", faults), Named(body, "person_id", faults));
        await Owner.Check(deed, fields, faults, ct);
        if (faults.Count > 0) return Outcome.Wrong(faults);

        id ??= await NextId.Customer(deed.Connection, deed.Transaction, ct);
        fields["onboarding_row"] = await NextId.Onboarding(deed.Connection, deed.Transaction, ct);
        Receipt receipt;
        try
        {
            receipt = (await deed.Send(deed.Event(EventTypes.CustomerCreated, id, fields, $"{EventTypes.CustomerCreated}:{id}") with { VisitorId = visitor, PersonId = person }))[0];
        }
        catch (PostgresException error) when (Outcome.EmailTaken(error))
        {
            return await Outcome.EmailTaken(deed, (string)fields["email"]!, ct);
        }

        // The write holds the customer's lock: whoever came first is to be seen now, through whichever door.
        if (!receipt.Stored || await deed.Connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select count(*) > 1 from events where subject = @id and replayed and type = 'customer_created'", new { id }, deed.Transaction, cancellationToken: ct)))
            return new Outcome(Taken: new Outcome.Clash("id", $"'{id}' is taken already", id));

        var made = (await Customer.Read(deed.Connection, deed.Transaction, id, ct))!;
        await also(made);
        await deed.Commit();
        return new Outcome(made);
    }

    // Whose visit led to it, as the website's script or another tool calls them: they are linked to the customer a moment later.
    private static string? Named(JsonElement body, string name, List<Fault> faults)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out var given) || given.ValueKind == JsonValueKind.Null) return null;
        if (given.ValueKind == JsonValueKind.String && given.GetString() is { Length: > 0 and <= 128 } id && !id.Any(char.IsControl)) return id;
        faults.Add(new Fault(name, "must be a text of 1 to 128 characters"));
        return null;
    }

    private static string? GivenId(JsonElement body, List<Fault> faults)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("id", out var given) || given.ValueKind == JsonValueKind.Null) return null;
        if (given.ValueKind != JsonValueKind.String) faults.Add(new Fault("id", "must be a text"));
        else if (!faults.Any(fault => fault.Field == "body") && CustomerFields.IdProblem(given.GetString()!) is { } problem) faults.Add(new Fault("id", problem));
        return faults.Count > 0 ? null : given.GetString();
    }
}
