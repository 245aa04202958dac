using System.Security.Claims;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding;

/// <summary>The blocker is solved; what solved it stays in the notes.</summary>
public static class ClearBlocker
{
    public sealed record Form
    {
        public string? Notes { get; init; }
    }

    /// <summary>Clear the blocker; without one nothing changes. With notes, they say what solved it.</summary>
    public static async Task<Results<Ok<OnboardingRecord>, NotFound, ValidationProblem>> Handle(
        string id, string? notes, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        if (RecordBlocker.NotesFault(notes) is { } fault) return EventAnswers.Invalid([fault]);
        return await Run(id, notes, who, deeds, ct) is { } record ? TypedResults.Ok(record) : TypedResults.NotFound();
    }

    /// <summary>The page's form.</summary>
    public static async Task<IResult> Submit(string id, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        if (RecordBlocker.NotesFault(form?.Notes) is { } fault) return Back.ToCustomer(http, id, $"Nothing was saved: {fault.Field} {fault.Message}.", anchor: "onboarding");
        return await Run(id, form?.Notes, http.User, deeds, ct) is null ? TypedResults.NotFound() : Back.ToCustomer(http, id, "The blocker is solved.", anchor: "onboarding");
    }

    private static async Task<OnboardingRecord?> Run(string id, string? notes, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var before = await OnboardingRecord.Read(deed.Connection, deed.Transaction, id, ct);
        if (before is null || before.BlockerType.Length == 0) return before;
        var kept = string.IsNullOrWhiteSpace(notes) ? before.Notes : notes.ReplaceLineEndings("\n").Trim();
        await deed.Write(EventTypes.Unblocked, id, new { notes = kept, blocker_type = before.BlockerType });
        var after = await OnboardingRecord.Read(deed.Connection, deed.Transaction, id, ct);
        await deed.Commit();
        return after;
    }
}
