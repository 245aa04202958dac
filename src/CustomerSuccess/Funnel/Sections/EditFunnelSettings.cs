using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Funnel.Sections;

/// <summary>Settings, Funnel: the sections of the website, and what counts as coming back.</summary>
public static class EditFunnelSettings
{
    public sealed record Form
    {
        [StringLength(10_000)] public string? Sections { get; init; }

        [DataMember(Name = "repeat_days"), StringLength(10)] public string? RepeatDays { get; init; }
    }

    public static async Task<RazorComponentResult<FunnelSettingsPage>> Show(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var now = await FunnelSettings.Read(connection, ct);
        return Page(now.Text, now.RepeatDays.ToString(), []);
    }

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<FunnelSettingsPage>>> Submit(
        [FromForm] Form form, HttpContext http, NpgsqlDataSource db, AuditLog audit, Signals signals, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (FunnelSettings.Parse(form.Sections ?? "", form.RepeatDays ?? "", faults) is not { } settings)
        {
            var page = Page(form.Sections ?? "", form.RepeatDays ?? "", faults);
            page.StatusCode = StatusCodes.Status400BadRequest;
            return page;
        }

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await settings.Save(connection, transaction, http.User.Actor(), clock.Now(), ct);
        await audit.Write(connection, transaction, http.User.AuditActor(), "funnel.settings-changed", "", new { sections = settings.Sections.Count, settings.RepeatDays }, ct);
        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Funnel);
        Flash.Say(http, "Saved. All visits, past ones too, are grouped by the new sections.");
        return TypedResults.LocalRedirect("/settings/funnel");
    }

    private static RazorComponentResult<FunnelSettingsPage> Page(string sections, string repeat, IReadOnlyList<Fault> faults) =>
        new(new { Sections = sections, RepeatDays = repeat, Faults = faults });
}
