using System.Security.Claims;
using CustomerSuccess.Events;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Customers.Notes;

/// <summary>Writes something down about a customer.</summary>
public static class AddNote
{
    public const int Most = 5000;

    /// <param name="Text">1 to 5,000 characters.</param>
    /// <param name="Action">The recommended action this records: its name and what became of it, as in technical_call:scheduled.</param>
    public sealed record Request(string? Text, string? Action = null);

    public sealed record Form
    {
        public string? Text { get; init; }
    }

    /// <summary>Add a note; it is on the customer's page and timeline at once, with its author.</summary>
    public static async Task<Results<Created<Note>, NotFound, ValidationProblem>> Handle(string id, Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        if (Problem(request) is { } fault) return EventAnswers.Invalid([fault]);
        return await Run(id, request, who, deeds, ct) is { } note
            ? TypedResults.Created($"/api/v1/customers/{Uri.EscapeDataString(id)}/notes/{note.NoteId}", note) : TypedResults.NotFound();
    }

    /// <summary>The page's form.</summary>
    public static async Task<IResult> Submit(string id, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        // Browsers send line ends as two characters.
        var request = new Request(form?.Text?.ReplaceLineEndings("\n"));
        if (Problem(request) is { } fault) return Back.ToCustomer(http, id, $"Nothing was saved: the note {fault.Message}.", anchor: "notes");
        return await Run(id, request, http.User, deeds, ct) is null ? TypedResults.NotFound() : Back.ToCustomer(http, id, "The note is saved.", anchor: "notes");
    }

    /// <summary>Null where there is no such customer.</summary>
    public static async Task<Note?> Run(string id, Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var note = new Note(await NextId.Note(deed.Connection, deed.Transaction, ct), deed.Actor, request.Text!.Trim(), request.Action ?? "", deed.Now);
        object properties = note.Action.Length > 0 ? new { note_id = note.NoteId, text = note.Text, action = note.Action } : new { note_id = note.NoteId, text = note.Text };
        if (!await deed.Write(EventTypes.NoteAdded, id, properties)) return null;
        await deed.Commit();
        return note;
    }

    private static Fault? Problem(Request request) =>
        string.IsNullOrWhiteSpace(request.Text) ? new Fault("text", "is empty")
        : request.Text.Length > Most ? new Fault("text", "is longer than 5,000 characters")
        : request.Text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) || !Whole(request.Text) ? new Fault("text", "holds characters that cannot be stored")
        : request.Action is { } action && (action.Length > 60 || !action.All(letter => char.IsAsciiLetterLower(letter) || letter is '_' or ':')) ? new Fault("action", "must be like technical_call:done")
        : null;

    private static bool Whole(string text) => !System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)).Contains('\uFFFD') || text.Contains('\uFFFD');
}
