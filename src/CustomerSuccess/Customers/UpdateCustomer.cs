using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>Changes fields of a customer; what stays the same leaves no trace.</summary>
public static class UpdateCustomer
{
    /// <summary>
    /// Change the fields that are sent. external_ids and traits are replaced as a whole; an owner must be someone who signs in here, or
    /// empty. 409 where another customer has the address.
    /// </summary>
    public static async Task<Results<Ok<Customer>, NotFound, ValidationProblem, ProblemHttpResult>> Handle(string id, JsonElement body, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var outcome = await Run(deed, id, body, ct);
        return outcome switch
        {
            { Done: { } changed } => TypedResults.Ok(changed),
            { Taken: { } clash } => clash.Problem(),
            { Faults: { } faults } => EventAnswers.Invalid(faults),
            _ => TypedResults.NotFound(),
        };
    }

    public static async Task<Outcome> Run(Deed deed, string id, JsonElement body, CancellationToken ct)
    {
        if (await Customer.Read(deed.Connection, deed.Transaction, id, ct) is not { } before) return new Outcome();
        var faults = new List<Fault>();
        var fields = CustomerFields.Read(body, isNew: false, deed.Now.Day(), faults);
        // An owner who left stays where nobody changes it.
        if (fields["owner"]?.GetValue<string>() != before.Owner) await Owner.Check(deed, fields, faults, ct);
        if (faults.Count > 0) return Outcome.Wrong(faults);

        var known = (JsonObject)JsonSerializer.SerializeToNode(before, CliHost.JsonFormat)!;
        var changed = new JsonObject(fields.Where(field => !Same(known[field.Key], field.Value)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        if (changed.Count == 0) return new Outcome(before);
        try
        {
            await deed.Write(EventTypes.CustomerUpdated, id, changed);
        }
        catch (PostgresException error) when (Outcome.EmailTaken(error))
        {
            return await Outcome.EmailTaken(deed, (string)changed["email"]!, ct);
        }

        var after = await Customer.Read(deed.Connection, deed.Transaction, id, ct);
        await deed.Commit();
        return new Outcome(after);
    }

    // 640 and 640.00 are the same amount.
    private static bool Same(JsonNode? a, JsonNode? b) =>
        JsonNode.DeepEquals(a, b)
        || a?.GetValueKind() == JsonValueKind.Number && b?.GetValueKind() == JsonValueKind.Number && decimal.Parse(a.ToJsonString()) == decimal.Parse(b.ToJsonString());
}
