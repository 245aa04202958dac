using System.Security.Claims;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding;

/// <summary>Sets one of the five steps by hand, or resets it. What is so already stays, with its time.</summary>
public static class SetStep
{
    public sealed record Form
    {
        public string? Done { get; init; }
    }

    /// <summary>Set a step as done now. The fifth completes onboarding, once in a customer's life.</summary>
    public static Task<Results<Ok<OnboardingRecord>, NotFound, ValidationProblem>> Handle(string id, string step, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) =>
        Answer(id, step, done: true, who, deeds, ct);

    /// <summary>Reset a step. What was completed stays completed; a later event sets the step again.</summary>
    public static Task<Results<Ok<OnboardingRecord>, NotFound, ValidationProblem>> Reset(string id, string step, ClaimsPrincipal who, Deeds deeds, CancellationToken ct) =>
        Answer(id, step, done: false, who, deeds, ct);

    /// <summary>The page's form: done is yes or no. Each is the undo of the other, but for the time.</summary>
    public static async Task<IResult> Submit(string id, string step, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        var done = form?.Done != "no";
        if (!OnboardingSteps.Exists(step) || await Run(id, step, done, http.User, deeds, ct) is null) return TypedResults.NotFound();
        return Back.ToCustomer(http, id, $"{OnboardingSteps.Title(step)} is {(done ? "set as done" : "reset")}.", anchor: "onboarding");
    }

    private static async Task<Results<Ok<OnboardingRecord>, NotFound, ValidationProblem>> Answer(
        string id, string step, bool done, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        if (!OnboardingSteps.Exists(step)) return EventAnswers.Invalid([new Fault("step", $"'{step}' is no step; the five are {string.Join(", ", OnboardingSteps.All)}")]);
        return await Run(id, step, done, who, deeds, ct) is { } record ? TypedResults.Ok(record) : TypedResults.NotFound();
    }

    private static async Task<OnboardingRecord?> Run(string id, string step, bool done, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var before = await OnboardingRecord.Read(deed.Connection, deed.Transaction, id, ct);
        if (before is null || before.Has(step) == done) return before;
        if (done) await deed.Write(EventTypes.StepPrefix + step, id, new { });
        else await deed.Write(EventTypes.StepReset, id, new { step });
        var after = await OnboardingRecord.Read(deed.Connection, deed.Transaction, id, ct);
        await deed.Commit();
        return after;
    }
}
