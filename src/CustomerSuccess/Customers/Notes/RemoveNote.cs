using System.Security.Claims;
using CustomerSuccess.Events;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Customers.Notes;

/// <summary>Takes a note away, and brings it back.</summary>
public static class RemoveNote
{
    /// <summary>Remove a note; …/restoration brings it back.</summary>
    public static async Task<Results<NoContent, NotFound>> Handle(string id, string note, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) =>
        await Run(id, note, EventTypes.NoteRemoved, who, deeds, ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    /// <summary>Bring a removed note back as it was.</summary>
    public static async Task<Results<NoContent, NotFound>> Undo(string id, string note, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) =>
        await Run(id, note, EventTypes.NoteRestored, who, deeds, ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    public static async Task<IResult> Submit(string id, string note, HttpContext http, Deeds deeds, CancellationToken ct) =>
        await Run(id, note, EventTypes.NoteRemoved, http.User, deeds, ct)
            ? Back.ToCustomer(http, id, "The note is removed.", $"/customers/{Uri.EscapeDataString(id)}/notes/{Uri.EscapeDataString(note)}/restore", "notes")
            : TypedResults.NotFound();

    public static async Task<IResult> SubmitUndo(string id, string note, HttpContext http, Deeds deeds, CancellationToken ct) =>
        await Run(id, note, EventTypes.NoteRestored, http.User, deeds, ct) ? Back.ToCustomer(http, id, "The note is back.", anchor: "notes") : TypedResults.NotFound();

    private static async Task<bool> Run(string id, string note, string type, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var gone = await deed.Connection.ExecuteScalarAsync<bool?>(new CommandDefinition(
            "select removed_at is not null and (restored_at is null or restored_at <= removed_at) from notes where customer_id = @id and note_id = @note",
            new { id, note }, deed.Transaction, cancellationToken: ct));
        if (gone is null || gone == (type == EventTypes.NoteRemoved)) return gone is not null;
        await deed.Write(type, id, new { note_id = note });
        await deed.Commit();
        return true;
    }
}
