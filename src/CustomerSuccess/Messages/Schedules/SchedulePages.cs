using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.Serialization;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Schedules.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>Settings, Schedules.</summary>
public static class SchedulePages
{
    private const string Home = "/settings/schedules";

    public sealed record Form
    {
        [StringLength(100)] public string? Cron { get; init; }

        [StringLength(60)] public string? Zone { get; init; }

        [StringLength(10)] public string? Enabled { get; init; }

        [DataMember(Name = "grace_minutes"), StringLength(10)] public string? GraceMinutes { get; init; }

        [StringLength(10)] public string? Days { get; init; }

        [DataMember(Name = "most_days"), StringLength(10)] public string? MostDays { get; init; }

        [StringLength(40)] public string? Seen { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{name}", Save).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{name}/runs", Begin).RequireAuthorization(Permissions.Admin);
        app.MapGet("/live/schedules", Live).RequireAuthorization(Permissions.Manager).ExcludeFromDescription();
    }

    private static async Task<RazorComponentResult<SchedulesPage>> Show(NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        new(new { Schedules = await ListSchedules.Run(db, clock.Now(), ct) });

    private static Task Live(HttpContext http, NpgsqlDataSource db, TimeProvider clock) => LiveStream.Send<RunsBody>(
        http, async ct => new Dictionary<string, object?> { ["Schedules"] = await ListSchedules.Run(db, clock.Now(), ct) }, hint => hint == RunSchedules.Hint, Signals.Messages);

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SchedulesPage>, NotFound>> Save(
        string name, [FromForm] Form form, HttpContext http, ChangeSchedule change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (KnownSchedule.Find(name) is not { } known) return TypedResults.NotFound();
        var faults = new List<Fault>();
        var options = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var choice in known.Choices)
        {
            if (Number(choice.Name == "days" ? form.Days : form.MostDays) is { } value) options[choice.Name] = value;
            else faults.Add(new Fault(choice.Name, $"must be a number from {choice.Least} to {choice.Most}"));
        }

        if (Number(form.GraceMinutes) is null) faults.Add(new Fault("grace_minutes", $"must be a number from 0 to {ScheduleSetting.MostGrace}"));
        if (faults.Count == 0)
            faults.AddRange(await change.Run(known, new(form.Cron?.Trim() ?? "", form.Zone?.Trim() ?? "", form.Enabled is "yes", Number(form.GraceMinutes), options), http.User, ct, form.Seen));
        if (faults.Count > 0)
        {
            return new RazorComponentResult<SchedulesPage>(new { Schedules = await ListSchedules.Run(db, clock.Now(), ct), Of = name, Given = form, Faults = (IReadOnlyList<Fault>)faults })
            {
                StatusCode = StatusCodes.Status400BadRequest,
            };
        }

        Flash.Say(http, $"Saved: {known.Title}.");
        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Begin(string name, HttpContext http, RunNow now, CancellationToken ct)
    {
        if (KnownSchedule.Find(name) is not { } known) return TypedResults.NotFound();
        var (run, begun) = await now.Run(known, http.User, ct);
        Flash.Say(http, begun ? $"{known.Title} runs now, as the run of {run.LocalDate.Iso()}." : $"{known.Title} is under way already.");
        return TypedResults.LocalRedirect(Home);
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
