using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.Serialization;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent.Limits;
using CustomerSuccess.Messages.Consent.Pages;
using CustomerSuccess.Messages.Feedback;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Topics;

/// <summary>Settings, Topics &amp; limits: what people can switch off, how often they are written to, and where providers tell what became of it.</summary>
public static class TopicPages
{
    public sealed record LimitsForm
    {
        [DataMember(Name = "per_day"), StringLength(10)] public string? PerDay { get; init; }

        [DataMember(Name = "per_week"), StringLength(10)] public string? PerWeek { get; init; }

        [DataMember(Name = "prompt_per_day"), StringLength(10)] public string? PromptPerDay { get; init; }

        [DataMember(Name = "quiet_from"), StringLength(10)] public string? QuietFrom { get; init; }

        [DataMember(Name = "quiet_to"), StringLength(10)] public string? QuietTo { get; init; }

        [DataMember(Name = "send_at"), StringLength(10)] public string? SendAt { get; init; }

        [StringLength(100)] public string? Zone { get; init; }

        [StringLength(40)] public string? Seen { get; init; }
    }

    public sealed record TopicForm
    {
        [StringLength(100)] public string? Topic { get; init; }

        [StringLength(200)] public string? Name { get; init; }

        [StringLength(500)] public string? Description { get; init; }

        [DataMember(Name = "name_de"), StringLength(200)] public string? NameDe { get; init; }

        [DataMember(Name = "description_de"), StringLength(500)] public string? DescriptionDe { get; init; }

        [StringLength(20)] public string? Pace { get; init; }

        [DataMember(Name = "waits_hours"), StringLength(10)] public string? WaitsHours { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/settings/topics").ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        pages.MapPost("", Save).RequireAuthorization(Permissions.Admin);
        pages.MapPost("limits", SaveLimits).RequireAuthorization(Permissions.Admin);
        pages.MapPost("feedback", FeedbackKeys.Submit).RequireAuthorization(Permissions.Admin);
    }

    public static async Task<RazorComponentResult<TopicsPage>> Page(NpgsqlDataSource db, HttpRequest request, FeedbackKeys keys, IReadOnlyList<Fault> faults, MailLimits? limits, TopicForm? topic, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var saved = await SavedSetting.Read(connection, null, MailLimits.Name, ct);
        var model = new TopicsPage.Content(
            limits ?? MailLimits.Parse(saved?.Value), saved?.ChangedAt, await Topic.Read(connection, null, ct), faults, topic,
            $"{(await BrandSettings.Read(connection, ct)).Here}/webhooks/sendgrid", await keys.Shown(connection, ct), await CountFeedback.Read(connection, ct));
        return new(new { Model = model }) { StatusCode = faults.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK };
    }

    private static Task<RazorComponentResult<TopicsPage>> Show(NpgsqlDataSource db, HttpRequest request, FeedbackKeys keys, CancellationToken ct) => Page(db, request, keys, [], null, null, ct);

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<TopicsPage>>> SaveLimits(
        [FromForm] LimitsForm form, HttpContext http, NpgsqlDataSource db, FeedbackKeys keys, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        var limits = new MailLimits
        {
            PerDay = Number(form.PerDay),
            PerWeek = Number(form.PerWeek),
            PromptPerDay = Number(form.PromptPerDay),
            QuietFrom = (form.QuietFrom ?? "").Trim(),
            QuietTo = (form.QuietTo ?? "").Trim(),
            SendAt = (form.SendAt ?? "").Trim(),
            Zone = (form.Zone ?? "").Trim(),
        };
        if (limits.Faults().ToList() is { Count: > 0 } faults) return await Page(db, http.Request, keys, faults, limits, null, ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (SavedSetting.Newer(form.Seen, (await SavedSetting.Hold(connection, transaction, MailLimits.Name, ct))?.ChangedAt))
            return await Page(db, http.Request, keys, [new Fault(SavedSetting.Seen, SavedSetting.Changed)], limits, null, ct);
        await limits.Save(connection, transaction, http.User.Actor(), clock.Now(), ct);
        await audit.Write(connection, transaction, http.User.AuditActor(), "messages.limits-changed", "", limits, ct);
        await transaction.CommitAsync(ct);
        Flash.Say(http, "Saved. It holds for everything that has not gone out yet.");
        return TypedResults.LocalRedirect("/settings/topics");
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<TopicsPage>>> Save(
        [FromForm] TopicForm form, HttpContext http, NpgsqlDataSource db, FeedbackKeys keys, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        var faults = SaveTopic.Faults(form).ToList();
        if (faults.Count > 0) return await Page(db, http.Request, keys, faults, null, form, ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await SaveTopic.Run(connection, transaction, form, http.User.Actor(), clock.Now(), ct);
        await audit.Write(connection, transaction, http.User.AuditActor(), "topic.changed", "topic:" + form.Topic!.Trim(), new { form.Pace, form.WaitsHours }, ct);
        await transaction.CommitAsync(ct);
        Flash.Say(http, $"{form.Name!.Trim()} is saved.");
        return TypedResults.LocalRedirect("/settings/topics");
    }

    internal static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
