using CustomerSuccess.Access;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Log;

/// <summary>Messages: the delivery log, one message with its history, and the mailbox.</summary>
public static class MessagePages
{
    /// <summary>What the log channel would have sent.</summary>
    public sealed record Kept(string CustomerId, string MessageId, int Attempt, DateTime At, string ToEmail, string ToName, string Subject, string Text, string Html, string Headers);

    private const int MailsOfPage = 50;

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/messages").ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Viewer);
        pages.MapGet("mailbox", Mailbox).RequireAuthorization(Permissions.Viewer);
        pages.MapGet("mailbox/{id}/html", Html).RequireAuthorization(Permissions.Viewer);
        pages.MapGet("{id}", One).RequireAuthorization(Permissions.Viewer);
        pages.MapPost("{id}/resend", ResendMessage.Submit).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{id}/cancellation", CancelMessage.Submit).RequireAuthorization(Permissions.Manager);
        app.MapGet("/live/messages", Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
    }

    private static async Task<RazorComponentResult<MessagesPage>> Show([AsParameters] MessageFilter filter, NpgsqlDataSource db, KnownChannels channels, CancellationToken ct) =>
        new(new { Model = await Read(db, channels, filter, ct) });

    private static Task Live([AsParameters] MessageFilter filter, HttpContext http, NpgsqlDataSource db, KnownChannels channels) =>
        LiveStream.Send<MessagesBody>(http, async ct => new Dictionary<string, object?>(StringComparer.Ordinal) { ["Model"] = await Read(db, channels, filter, ct) }, channel: Signals.Messages);

    private static async Task<MessagesBody.Content> Read(NpgsqlDataSource db, KnownChannels channels, MessageFilter filter, CancellationToken ct)
    {
        var known = await channels.Now(ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        var page = await ListMessages.Run(connection, filter, ct);
        var names = await Names(connection, page.Messages.Select(message => message.CustomerId), ct);
        return new(filter, page, names, await CountMessages.Run(connection, ct), await ChannelHealth.Read(connection, known, ct)) { Held = known.OfType<NoMailChannel>().FirstOrDefault()?.Reason };
    }

    private static async Task<Results<RazorComponentResult<MessagePage>, NotFound>> One(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        if (await GetMessage.Run(db, id, ct) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        var names = await Names(connection, [found.Message.CustomerId], ct);
        var kept = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from mailbox where customer_id = @CustomerId and message_id = @MessageId)", new { found.Message.CustomerId, found.Message.MessageId }, cancellationToken: ct));
        return new RazorComponentResult<MessagePage>(new { Found = found, Organization = names.GetValueOrDefault(found.Message.CustomerId), Kept = kept });
    }

    private static async Task<Results<RazorComponentResult<MailboxPage>, NotFound>> Mailbox([FromQuery(Name = "mail")] string? mail, NpgsqlDataSource db, HttpContext http, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var mails = (await connection.QueryAsync<Kept>(new CommandDefinition(
            "select customer_id, message_id, attempt, at, to_email, to_name, subject, '' as text, '' as html, '[]' as headers from mailbox order by at desc, message_id desc limit @MailsOfPage",
            new { MailsOfPage }, cancellationToken: ct))).AsList();
        var shown = (mail ?? mails.FirstOrDefault()?.MessageId) is { } id ? await Find(connection, id, ct) : null;
        if (shown is null && mail is not null) return TypedResults.NotFound();
        // The mail is shown in a frame of its own page.
        http.Response.Headers.ContentSecurityPolicy = Access.Guard.SecurityHeaders.Policy + "; frame-src 'self'";
        return new RazorComponentResult<MailboxPage>(new { Mails = mails, Shown = shown, Chosen = mail is not null });
    }

    /// <summary>A mail as a program would show it: in a sandbox without scripts, forms or anything from elsewhere, whoever opens its address.</summary>
    private static async Task<Results<ContentHttpResult, NotFound>> Html(string id, NpgsqlDataSource db, HttpContext http, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (await Find(connection, id, ct) is not { Html.Length: > 0 } mail) return TypedResults.NotFound();
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox";
        return TypedResults.Content(mail.Html, "text/html; charset=utf-8");
    }

    // Whoever may look at the mail may not act as its recipient.
    private static async Task<Kept?> Find(NpgsqlConnection connection, string id, CancellationToken ct) =>
        await connection.QueryFirstOrDefaultAsync<Kept?>(new CommandDefinition(
            "select customer_id, message_id, attempt, at, to_email, to_name, subject, text, html, headers::text as headers from mailbox where message_id = @id order by at desc limit 1",
            new { id = id.Contains('\0') ? "" : id }, cancellationToken: ct)) is { } mail
            ? mail with { Text = PreferenceLinks.Masked(mail.Text), Html = PreferenceLinks.Masked(mail.Html), Headers = PreferenceLinks.Masked(mail.Headers) } : null;

    private static async Task<IReadOnlyDictionary<string, string>> Names(NpgsqlConnection connection, IEnumerable<string> customers, CancellationToken ct) =>
        (await connection.QueryAsync<(string Id, string Name)>(new CommandDefinition(
            "select customer_id, organization from customers where customer_id = any(@ids)", new { ids = customers.Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).ToArray() }, cancellationToken: ct)))
        .ToDictionary(each => each.Id, each => each.Name, StringComparer.Ordinal);
}
