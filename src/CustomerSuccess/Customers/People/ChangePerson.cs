using System.Security.Claims;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Customers.People;

/// <summary>Adds a person to a customer, or changes what is known about one.</summary>
public static class ChangePerson
{
    /// <summary>What is left out stays as it is.</summary>
    public sealed record Request(string? Email, string? Name, string? Role);

    public sealed record Form
    {
        public string? Person { get; init; }

        public string? Email { get; init; }

        public string? Name { get; init; }

        public string? Role { get; init; }
    }

    /// <summary>Add or change a person under an id of your choice; someone who was removed is back with it.</summary>
    public static async Task<Results<Ok<Person>, NotFound, ValidationProblem>> Handle(
        string id, string person, Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        var faults = Check(person, request);
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        return await Run(id, person, request, who, deeds, ct) is { } changed ? TypedResults.Ok(changed) : TypedResults.NotFound();
    }

    /// <summary>The page's form; the address is the id of somebody new.</summary>
    public static async Task<IResult> Submit(string id, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        form ??= new Form();
        var request = new Request(form.Email ?? "", form.Name ?? "", form.Role ?? "");
        var person = form.Person is { Length: > 0 } known ? known : (form.Email ?? "").Trim().ToLowerInvariant();
        var faults = Check(person, request);
        if (faults.Count > 0) return Back.ToCustomer(http, id, $"Nothing was saved: {faults[0].Field} {faults[0].Message}.", anchor: "people");
        return await Run(id, person, request, http.User, deeds, ct) is { } changed
            ? Back.ToCustomer(http, id, $"{changed.Shown} is saved.", anchor: "people") : TypedResults.NotFound();
    }

    private static List<Fault> Check(string person, Request request)
    {
        var faults = new List<Fault>();
        if (CustomerFields.IdProblem(person) is { } id) faults.Add(new Fault("person", id));
        if (request.Email is { Length: > 0 } email && !CustomerFields.IsEmail(email.Trim())) faults.Add(new Fault("email", "must be an address like name@example.com"));
        foreach (var (name, value) in new[] { ("name", request.Name), ("role", request.Role) })
        {
            if (value is { Length: > 100 }) faults.Add(new Fault(name, "is longer than 100 characters"));
            else if (value?.Any(char.IsControl) == true) faults.Add(new Fault(name, "must be one line without control characters"));
        }

        return faults;
    }

    private static async Task<Person?> Run(string id, string person, Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var before = await deed.Connection.QuerySingleOrDefaultAsync<Person>(new CommandDefinition(Person.One, new { id, person }, deed.Transaction, cancellationToken: ct));
        var changed = new JsonObject();
        void Field(string name, string? value, string? known)
        {
            if (value is not null && value.Trim() != known) changed[name] = value.Trim();
        }

        Field("email", request.Email, before?.Email);
        Field("name", request.Name, before?.Name);
        Field("role", request.Role, before?.Role);
        if (before?.RemovedAt is not null) changed["removed"] = false;
        // Somebody of whom only the id is known is somebody, too.
        if (before is null) changed.TryAdd("name", "");
        if (changed.Count == 0) return before;
        if (!await deed.Write(deed.Event(EventTypes.PersonUpdated, id, changed) with { PersonId = person })) return null;
        var after = await deed.Connection.QuerySingleAsync<Person>(new CommandDefinition(Person.One, new { id, person }, deed.Transaction, cancellationToken: ct));
        await deed.Commit();
        return after;
    }
}
