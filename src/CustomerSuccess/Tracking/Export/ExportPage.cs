using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Tracking.Export;

/// <summary>Settings, Export: all data as a ZIP, after the password; and what the daily export does.</summary>
public static class ExportPage
{
    public sealed record Request
    {
        [StringLength(20)] public string? AsOf { get; init; }

        [StringLength(1000)] public string? Password { get; init; }
    }

    public static RazorComponentResult<ExportForm> Show(IConfiguration settings, TimeProvider clock) => Page(new(ExportSettings.Read(settings), clock.Today()));

    public static async Task<IResult> Handle(
        [FromForm] Request form, HttpContext http, ConfirmPassword confirm, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, IConfiguration settings)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        if (PastDay.Fault(form.AsOf, clock, out var asOf) is not null) problems["asOf"] = "Choose a day, today at the latest.";
        if (problems.Count == 0 && !await confirm.Right(http.User.FindFirstValue(ClaimTypes.Email) ?? "", form.Password ?? "", http.RequestAborted))
            problems["password"] = ConfirmPassword.Wrong;
        if (problems.Count > 0) return Page(new(ExportSettings.Read(settings), clock.Today(), form.AsOf, problems));
        await ExportData.Send(http, asOf, db, audit, clock, settings);
        return Results.Empty;
    }

    private static RazorComponentResult<ExportForm> Page(ExportForm.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problems is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
