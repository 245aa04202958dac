using System.Security.Claims;
using CustomerSuccess.Events;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Customers.People;

/// <summary>Takes a person out of a customer's list; what they did stays counted.</summary>
public static class RemovePerson
{
    public sealed record Form
    {
        public string? Person { get; init; }
    }

    /// <summary>Remove a person. PUT brings them back.</summary>
    public static async Task<Results<NoContent, NotFound>> Handle(string id, string person, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) =>
        await Run(id, person, removed: true, who, deeds, ct) is null ? TypedResults.NotFound() : TypedResults.NoContent();

    public static async Task<IResult> Submit(string id, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct) =>
        await Run(id, form?.Person ?? "", removed: true, http.User, deeds, ct) is { } person
            ? Back.ToCustomer(http, id, $"{person.Shown} is removed.", $"/customers/{Uri.EscapeDataString(id)}/people/restore?person={Uri.EscapeDataString(person.PersonId)}", "people")
            : TypedResults.NotFound();

    public static async Task<IResult> SubmitUndo(string id, string person, HttpContext http, Deeds deeds, CancellationToken ct) =>
        await Run(id, person, removed: false, http.User, deeds, ct) is { } back ? Back.ToCustomer(http, id, $"{back.Shown} is back.", anchor: "people") : TypedResults.NotFound();

    private static async Task<Person?> Run(string id, string person, bool removed, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var known = await deed.Connection.QuerySingleOrDefaultAsync<Person>(new CommandDefinition(Person.One, new { id, person }, deed.Transaction, cancellationToken: ct));
        if (known is null || known.RemovedAt is not null == removed) return known;
        await deed.Write(deed.Event(EventTypes.PersonUpdated, id, new { removed }) with { PersonId = person });
        await deed.Commit();
        return known;
    }
}
