using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Events.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Events.Compare;

/// <summary>Shadow mode: another tool's daily export beside our counts. Nothing of the export is kept.</summary>
public static class ComparePages
{
    private const int MostBytes = 4 * 1024 * 1024;

    public sealed record Upload
    {
        [StringLength(MostBytes)] public string? Text { get; init; }

        public IFormFile? File { get; init; }

        [StringLength(100)] public string? Source { get; init; }

        [StringLength(60)] public string? Zone { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/settings/comparison").ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Manager);
        pages.MapPost("", Compare).RequireAuthorization(Permissions.Manager).WithMetadata(new RequestSizeLimitAttribute(2 * MostBytes));
        pages.MapGet("/events", ShowEvents).RequireAuthorization(Permissions.Manager);
    }

    private static RazorComponentResult<ComparePage> Show() => new(new { Form = new Upload() });

    private static async Task<RazorComponentResult<ComparePage>> Compare([FromForm] Upload form, NpgsqlDataSource db, CancellationToken ct)
    {
        var text = form.Text ?? "";
        if (form.File is { Length: > 0 and <= MostBytes } file)
        {
            using var reader = new StreamReader(file.OpenReadStream());
            text = await reader.ReadToEndAsync(ct);
        }

        if (Zone(form.Zone) is not { } zone) return Page(form, $"There is no time zone '{form.Zone}'; write it like Europe/Berlin.");
        var (rows, problem) = ReadExport.Parse(text);
        if (problem is null && rows.Max(row => row.Day).DayNumber - rows.Min(row => row.Day).DayNumber > CompareCounts.MostDays) problem = $"It spans more than {CompareCounts.MostDays} days.";
        if (problem is not null) return Page(form, problem);
        return new(new { Form = form, Result = await CompareCounts.Run(db, rows, string.IsNullOrWhiteSpace(form.Source) ? null : form.Source.Trim(), zone, ct) });
    }

    private static async Task<Results<RazorComponentResult<EventsOfDayPage>, NotFound>> ShowEvents(string day, string type, string? source, string? zone, NpgsqlDataSource db, CancellationToken ct)
    {
        if (!Days.TryParse(day, out var on) || Zone(zone) is not { } where || type.Length > 100) return TypedResults.NotFound();
        return new RazorComponentResult<EventsOfDayPage>(new { Day = on, Type = type, Source = source, Zone = where.Id, Events = await CompareCounts.EventsBehind(db, on, type, string.IsNullOrEmpty(source) ? null : source, where, ct) });
    }

    private static RazorComponentResult<ComparePage> Page(Upload form, string problem) => new(new { Form = form, Problem = problem });

    private static TimeZoneInfo? Zone(string? name) =>
        string.IsNullOrWhiteSpace(name) ? TimeZoneInfo.Utc : name.Length < 60 && TimeZoneInfo.TryFindSystemTimeZoneById(name.Trim(), out var zone) && zone.HasIanaId ? zone : null;
}
