using CustomerSuccess.Customers;
using CustomerSuccess.Customers.Notes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Web.CustomerPage;

/// <summary>Records that a recommended action was done or is arranged: a note that says so, so that nobody does it twice.</summary>
public static class TakeAction
{
    public sealed record Form
    {
        public string? Title { get; init; }

        public string? Outcome { get; init; }

        public string? On { get; init; }

        public string? Text { get; init; }
    }

    public static async Task<IResult> Submit(string id, string action, [FromForm] Form? form, HttpContext http, Deeds deeds, TimeProvider clock, CancellationToken ct)
    {
        // A form without any of its fields arrives as none.
        form ??= new Form();
        if (action.Length > 40 || !action.All(letter => char.IsAsciiLetterLower(letter) || letter == '_') || form.Text is { Length: > 2000 } || form.Title is { Length: > 200 })
            return Back.ToCustomer(http, id, "Nothing was saved: the text is too long.", anchor: "actions");
        var title = string.IsNullOrWhiteSpace(form.Title) ? Words.Plain(action) : form.Title.Trim();
        var outcome = form.Outcome == "scheduled" ? "scheduled" : "done";
        var on = outcome == "scheduled" && Days.TryParse(form.On ?? "", out var day) ? $" for {Words.Day(day, clock.Today())}" : "";
        var text = $"{title}: {outcome}{on}.{(string.IsNullOrWhiteSpace(form.Text) ? "" : "\n" + form.Text.ReplaceLineEndings("\n").Trim())}";
        var note = await AddNote.Run(id, new AddNote.Request(text, $"{action}:{outcome}"), http.User, deeds, ct);
        return note is null ? TypedResults.NotFound()
            : Back.ToCustomer(http, id, $"{title}: {outcome}{on}.", $"/customers/{Uri.EscapeDataString(id)}/notes/{note.NoteId}/remove", "actions");
    }
}
