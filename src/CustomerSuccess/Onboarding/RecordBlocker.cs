using System.Security.Claims;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding;

/// <summary>Records why a customer's onboarding is stuck.</summary>
public static class RecordBlocker
{
    /// <param name="Type">What kind of blocker, as in github_permissions; 1 to 60 characters.</param>
    /// <param name="Notes">What is known about it, at most 2,000 characters.</param>
    /// <param name="BlockerType">Another name for type, as the log and the exports write it.</param>
    public sealed record Request(string? Type, string? Notes, string? BlockerType = null)
    {
        internal string? Named => Type ?? BlockerType;
    }

    public sealed record Form
    {
        public string? Type { get; init; }

        public string? Notes { get; init; }
    }

    /// <summary>Record a blocker, in place of the one there was; the customer's page and timeline show it at once.</summary>
    public static async Task<Results<Ok<OnboardingRecord>, NotFound, ValidationProblem>> Handle(
        string id, Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        if (Check(request) is { Count: > 0 } faults) return EventAnswers.Invalid(faults);
        return await Run(id, request, who, deeds, ct) is { } record ? TypedResults.Ok(record) : TypedResults.NotFound();
    }

    /// <summary>The page's form.</summary>
    public static async Task<IResult> Submit(string id, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        var request = new Request(form?.Type, form?.Notes);
        if (Check(request) is { Count: > 0 } faults) return Back.ToCustomer(http, id, $"Nothing was saved: {faults[0].Field} {faults[0].Message}.", anchor: "onboarding");
        return await Run(id, request, http.User, deeds, ct) is null
            ? TypedResults.NotFound()
            : Back.ToCustomer(http, id, "The blocker is recorded.", $"/customers/{Uri.EscapeDataString(id)}/blocker/clear", "onboarding");
    }

    private static List<Fault> Check(Request request)
    {
        var faults = new List<Fault>();
        if (string.IsNullOrWhiteSpace(request.Named)) faults.Add(new Fault("type", "is missing: say what stands in the way, as in github_permissions"));
        else if (request.Named.Trim().Length > 60 || request.Named.Any(char.IsControl)) faults.Add(new Fault("type", "must be a line of at most 60 characters"));
        if (NotesFault(request.Notes) is { } wrong) faults.Add(wrong);
        return faults;
    }

    /// <summary>What is wrong with notes about a blocker, or null.</summary>
    internal static Fault? NotesFault(string? notes) =>
        notes is { Length: > 2000 } ? new Fault("notes", "is longer than 2,000 characters")
        : notes?.Contains('\0', StringComparison.Ordinal) == true ? new Fault("notes", "holds a NUL character, which cannot be stored")
        : null;

    private static async Task<OnboardingRecord?> Run(string id, Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var notes = (request.Notes ?? "").ReplaceLineEndings("\n").Trim();
        if (!await deed.Write(EventTypes.Blocked, id, new { blocker_type = request.Named!.Trim(), notes })) return null;
        var record = await OnboardingRecord.Read(deed.Connection, deed.Transaction, id, ct);
        await deed.Commit();
        return record;
    }
}
