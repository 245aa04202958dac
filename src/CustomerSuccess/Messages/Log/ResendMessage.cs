using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Log;

/// <summary>
/// A person has a message sent again, whatever became of it. It is judged anew: who does not want it still does not get it. A worker
/// that still has it is overtaken, and what it says later is not written.
/// </summary>
public sealed class ResendMessage(NpgsqlDataSource db, AuditLog audit, Signals signals)
{
    /// <param name="Reason">Why, for the history; optional.</param>
    public sealed record Request([property: StringLength(300)] string? Reason);

    /// <summary>State: queued.</summary>
    public sealed record Answer(string MessageId, string State);

    private static readonly string Again = $"""
        with again as (
          update messages set state = 'queued', not_before = now(), attempt = attempt + 1, leased_until = null, leased_by = null, refused = array[]::text[], uncertain = null,
            deadline = null, first_tried_at = null, sent_at = null, provider_id = '', reason = @reason, resent_by = @who, to_email = {AccountAddress.Now}, steps = steps + 1
          where customer_id = @customer and message_id = @id and state not in ('queued', 'sending')
          returning customer_id, message_id, steps
        )
        insert into message_steps (customer_id, message_id, n, at, state, reason)
        select customer_id, message_id, steps, clock_timestamp(), 'resent', @reason from again
        returning n
        """;

    /// <summary>Send a message again: one that is unknown, failed, suppressed, dropped or even sent. 409 while it is still waiting or being sent.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, Conflict<ProblemDetails>>> Handle(string id, Request? request, ClaimsPrincipal who, ResendMessage resend, CancellationToken ct) =>
        await resend.Run(id, request?.Reason ?? "", who, ct) switch
        {
            null => TypedResults.NotFound(),
            false => TypedResults.Conflict(new ProblemDetails { Title = "The message is still on its way.", Detail = "It is queued or being sent; wait for what becomes of it.", Status = 409 }),
            true => TypedResults.Ok(new Answer(id, States.Queued)),
        };

    public static async Task<Results<RedirectHttpResult, NotFound>> Submit(string id, [FromForm] string? reason, HttpContext http, ResendMessage resend, CancellationToken ct)
    {
        if (await resend.Run(id, reason is { Length: > 300 } ? reason[..300] : reason ?? "", http.User, ct) is not { } done) return TypedResults.NotFound();
        Flash.Say(http, done ? "The message is in the queue again." : "The message is still on its way; nothing was changed.");
        return TypedResults.LocalRedirect($"/messages/{Uri.EscapeDataString(id)}");
    }

    /// <summary>Null: there is no such message. False: it is still on its way.</summary>
    public async Task<bool?> Run(string id, string reason, ClaimsPrincipal who, CancellationToken ct)
    {
        if (id.Length > 64 || id.Contains('\0')) return null;
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select customer_id from messages where message_id = @id", new { id }, transaction, cancellationToken: ct)) is not { } customer) return null;
        var said = $"asked for by {who.Actor()}{(reason.Length == 0 ? "" : $": {Channels.Mail.MailAddress.Words(reason)}")}";
        var done = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            Again, new { customer, id, who = who.Actor(), reason = said }, transaction, cancellationToken: ct)) is not null;
        if (done) await audit.Write(connection, transaction, who.AuditActor(), "message.resent", "message:" + id, new { customer }, ct);
        await transaction.CommitAsync(ct);
        if (done)
        {
            signals.Publish(Signals.Outbox);
            signals.Publish(Signals.Messages, customer);
        }

        return done;
    }
}
