using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Suppression;

/// <summary>The suppression list by API: look, put an address on it, take one off.</summary>
public sealed class EditSuppressions(NpgsqlDataSource db, SuppressionList list, Signals signals)
{
    /// <summary>Reason: staff (the default) or wish, where its owner asked us. Note: in words.</summary>
    public sealed record Request([property: Required, StringLength(254)] string Email, [property: StringLength(20)] string? Reason = null, [property: StringLength(500)] string? Note = null);

    /// <summary>Id: names it for removal. New: false where it was on the list already.</summary>
    public sealed record Answer(string Id, bool New);

    /// <summary>Addresses that get nothing, newest first. `search` is a part of an address; the whole address also finds one whose owner was erased.</summary>
    public static async Task<Results<Ok<ListSuppressions.Answer>, ValidationProblem>> List(string? search, string? after, NpgsqlDataSource db, AddressKeys keys, CancellationToken ct)
    {
        if (search?.Length > 254) return EventAnswers.Invalid([new Fault("search", "is longer than 254 characters")]);
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(await ListSuppressions.Run(connection, keys, search ?? "", after, ct));
    }

    /// <summary>Put an address on the list: it gets nothing from now on, what waits included.</summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Add(Request request, ClaimsPrincipal who, EditSuppressions edit, AddressKeys keys, CancellationToken ct) =>
        Check(request) is { Count: > 0 } faults ? EventAnswers.Invalid(faults) : TypedResults.Ok(new Answer(keys.Of(request.Email), await edit.Put(request, By.Of(who), ct)));

    /// <summary>Take an address off the list. The reason is kept.</summary>
    public static async Task<Results<NoContent, NotFound, ValidationProblem>> Remove(string id, [FromQuery] string? reason, ClaimsPrincipal who, EditSuppressions edit, CancellationToken ct)
    {
        if (Reason(reason) is { } fault) return EventAnswers.Invalid([fault]);
        return await edit.Take(id, reason!.Trim(), By.Of(who), ct) ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    public static List<Fault> Check(Request request)
    {
        var faults = new List<Fault>();
        if (!CustomerFields.IsEmail((request.Email ?? "").Trim())) faults.Add(new Fault("email", "must be an address like name@example.com"));
        if ((request.Reason ?? SuppressionList.Staff) is not (SuppressionList.Staff or SuppressionList.Wish)) faults.Add(new Fault("reason", "must be staff or wish; bounces and complaints come from the provider"));
        if (request.Note is { Length: > 500 } || request.Note?.Any(char.IsControl) == true) faults.Add(new Fault("note", "must be one line of at most 500 characters"));
        return faults;
    }

    public static Fault? Reason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? new("reason", "is missing: say why it may get mail again")
        : reason.Length > 500 || reason.Any(char.IsControl) ? new("reason", "must be one line of at most 500 characters") : null;

    public async Task<bool> Put(Request request, By by, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var added = await list.Add(connection, transaction, new(request.Email, request.Reason ?? SuppressionList.Staff, (request.Note ?? "").Trim()), by, ct);
        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Events);
        return added;
    }

    public async Task<bool> Take(string id, string reason, By by, CancellationToken ct)
    {
        if (id.Length != 64 || !id.All(char.IsAsciiHexDigitLower)) return false;
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var removed = await list.Remove(connection, transaction, id, null, reason, by, ct);
        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Events);
        return removed;
    }
}
