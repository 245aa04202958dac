using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Messages.Pages;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Channels.Setup;

/// <summary>Settings, Messages: who mails are from, the channels in their order, their keys, and a test of each connection.</summary>
public static class ChannelPages
{
    private static readonly string[] Parts = ["sender", "mailbox", Channel.Kit, Channel.SendGrid, Channel.Smtp];

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/settings/messages").ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{part}", Save).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{part}/test", Test).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<ChannelsPage>> Show(NpgsqlDataSource db, KnownChannels channels, CancellationToken ct) => Page(await Model(db, channels, ct));

    /// <summary>What a page of the channels is made from.</summary>
    public sealed record Desk(NpgsqlDataSource Db, KnownChannels Channels);

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<ChannelsPage>, NotFound>> Save(
        string part, [FromForm] ChannelForm form, HttpContext http, ChangeChannels change, ConfirmPassword confirm, [AsParameters] Desk desk, CancellationToken ct)
    {
        if (!Parts.Contains(part)) return TypedResults.NotFound();
        // Whoever sets a mail server reads every mail from then on, so a borrowed browser must not.
        var problems = ChangeChannels.Asks(part, form) && !await confirm.Right(http.User.FindFirstValue(ClaimTypes.Email) ?? "", form.Password ?? "", ct)
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = ConfirmPassword.Wrong }
            : await change.Run(part, form, http.User, ct);
        if (problems is not null) return Page(await Model(desk.Db, desk.Channels, ct) with { Of = part, Form = form, Problems = problems });
        Flash.Say(http, ChangeChannels.Removes(part, form) ? $"{ChannelName.Of(part)} is no longer used." : part switch
        {
            "sender" => "Saved. Mails are from there now.",
            "mailbox" => "Mails are kept in the mailbox from now on.",
            _ => $"Saved. {ChannelName.Of(part)} is used from now on; test it.",
        });
        return TypedResults.LocalRedirect("/settings/messages");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Test(string part, HttpContext http, KnownChannels channels, AuditLog audit, NpgsqlDataSource db, CancellationToken ct)
    {
        if ((await channels.Now(ct)).FirstOrDefault(channel => channel.Name == part) is not { } found) return TypedResults.NotFound();
        var problem = await found.Test(ct);
        await audit.Write(db, http.User.AuditActor(), "channel.tested", "channel:" + part, new { worked = problem is null }, ct);
        if (problem is null) Flash.Say(http, $"{found.Title} lets us in. Nothing was sent.");
        else Flash.Warn(http, $"The test of {found.Title} failed: {problem}");
        return TypedResults.LocalRedirect("/settings/messages");
    }

    private static async Task<ChannelsPage.Content> Model(NpgsqlDataSource db, KnownChannels channels, CancellationToken ct)
    {
        channels.Forget();
        var known = await channels.Now(ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        var entered = await EnteredChannels.Read(connection, null, alone: false, ct);
        var held = known.OfType<NoMailChannel>().FirstOrDefault()?.Reason;
        var examples = known.All(channel => channel.Name is Channel.Kit or Channel.Log) ? [] : (await BrandSettings.Read(connection, ct)).Examples().ToList();
        return new(entered, channels.Environment, channels.From(entered), await ChannelHealth.Read(connection, known, ct)) { Held = held, Examples = examples };
    }

    private static RazorComponentResult<ChannelsPage> Page(ChannelsPage.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problems is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
