using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Customers.Pages;
using CustomerSuccess.Events;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>The page with the fields of a customer, and of one to be made.</summary>
public static class EditCustomer
{
    /// <summary>Empty, or filled with what is known of a person or group that is to become a customer.</summary>
    public static async Task<IResult> ShowNew(string? identity, NpgsqlDataSource db, CancellationToken ct) =>
        Page(null, JsonSerializer.SerializeToElement(Identity.IsLinkable(identity) ? await Traits.Fields(db, identity!, ct) : []), [], await Owners(db, ct));

    /// <summary>With ?identity= it is linked to the new customer.</summary>
    public static async Task<IResult> SubmitNew(string? identity, HttpContext http, IFormCollection form, Deeds deeds, NpgsqlDataSource db, LinkDesk desk, CancellationToken ct)
    {
        var fields = CustomerForm.Json(form);
        await using var deed = await deeds.Begin(http.User, ct);
        var outcome = await CreateCustomer.Run(deed, fields, _ => Task.CompletedTask, ct);
        if (outcome.Done is not { } made) return Page(null, fields, outcome.Problems, await Owners(db, ct));
        if (!Identity.IsLinkable(identity)) return Back.ToCustomer(http, made.Id, $"{made.Organization} is added.");
        var linked = (await LinkIdentity.Run(new(identity, made.Id), http.User, desk, ct)).Linked is not null;
        return Back.ToCustomer(http, made.Id, linked ? $"{made.Organization} is added, and {Identity.Id(identity!)} belongs to it." : $"{made.Organization} is added; {Identity.Id(identity!)} belongs to someone else by now.");
    }

    public static async Task<IResult> Show(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await Customer.Read(connection, null, id, ct) is { } customer
            ? Page(customer, JsonSerializer.SerializeToElement(customer, Platform.CliHost.JsonFormat), [], await Owners(db, ct)) : TypedResults.NotFound();
    }

    public static async Task<IResult> Submit(string id, HttpContext http, IFormCollection form, Deeds deeds, NpgsqlDataSource db, CancellationToken ct)
    {
        var fields = CustomerForm.Json(form);
        await using var deed = await deeds.Begin(http.User, ct);
        var outcome = await UpdateCustomer.Run(deed, id, fields, ct);
        if (outcome.Done is { } changed) return Back.ToCustomer(http, id, $"{changed.Organization} is saved.");
        if (outcome.Problems.Count == 0) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        return Page(await Customer.Read(connection, null, id, ct), fields, outcome.Problems, await Owners(db, ct));
    }

    private static async Task<IReadOnlyList<(string Value, string Text)>> Owners(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [("", "Nobody"), .. await connection.QueryAsync<(string, string)>(new CommandDefinition(
            "select email, case when name = '' then email else name end from users where disabled_at is null order by lower(name), email limit 500", cancellationToken: ct))];
    }

    private static RazorComponentResult<CustomerFieldsPage> Page(
        Customer? customer, JsonElement fields, IReadOnlyList<Fault> problems, IReadOnlyList<(string Value, string Text)> owners) =>
        new(new { Customer = customer, Fields = fields, Problems = problems, Owners = owners })
        {
            StatusCode = problems.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
}
