using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Log;

/// <summary>A person takes a message out of the queue: it is dropped, with who and why. A worker that has leased it and not begun is overtaken.</summary>
public sealed class CancelMessage(NpgsqlDataSource db, AuditLog audit, Signals signals)
{
    /// <param name="Reason">Why, for the history; optional.</param>
    public sealed record Request([property: StringLength(300)] string? Reason);

    /// <summary>State: dropped.</summary>
    public sealed record Answer(string MessageId, string State);

    private const string Cancel = """
        with cancelled as (
          update messages set state = 'dropped', attempt = attempt + 1, leased_until = null, leased_by = null, reason = @reason, steps = steps + 1
          where customer_id = @customer and message_id = @id and state = 'queued' and uncertain is null
          returning customer_id, message_id, steps
        )
        insert into message_steps (customer_id, message_id, n, at, state, reason)
        select customer_id, message_id, steps, clock_timestamp(), 'dropped', @reason from cancelled
        returning n
        """;

    /// <summary>Take a message out of the queue: it is dropped. 409 once it is being sent, or where it has come to its end.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, Conflict<ProblemDetails>>> Handle(string id, Request? request, ClaimsPrincipal who, CancelMessage cancel, CancellationToken ct) =>
        await cancel.Run(id, request?.Reason ?? "", who, ct) switch
        {
            null => TypedResults.NotFound(),
            false => TypedResults.Conflict(new ProblemDetails { Title = "The message does not wait.", Detail = "Only what is queued can be cancelled; this one is being sent, may have been, or has come to its end.", Status = 409 }),
            true => TypedResults.Ok(new Answer(id, States.Dropped)),
        };

    public static async Task<Results<RedirectHttpResult, NotFound>> Submit(string id, [FromForm] string? reason, HttpContext http, CancelMessage cancel, CancellationToken ct)
    {
        if (await cancel.Run(id, reason ?? "", http.User, ct) is not { } done) return TypedResults.NotFound();
        Flash.Say(http, done ? "The message is not sent." : "The message was no longer waiting; nothing was changed.");
        return TypedResults.LocalRedirect($"/messages/{Uri.EscapeDataString(id)}");
    }

    /// <summary>Null: there is no such message. False: it does not wait.</summary>
    public async Task<bool?> Run(string id, string reason, ClaimsPrincipal who, CancellationToken ct)
    {
        if (id.Length > 64 || id.Contains('\0')) return null;
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select customer_id from messages where message_id = @id", new { id }, transaction, cancellationToken: ct)) is not { } customer) return null;
        var said = $"cancelled by {who.Actor()}{(reason.Length == 0 ? "" : $": {MailAddress.Words(reason, 300)}")}";
        var done = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(Cancel, new { customer, id, reason = said }, transaction, cancellationToken: ct)) is not null;
        if (done) await audit.Write(connection, transaction, who.AuditActor(), "message.cancelled", "message:" + id, new { customer }, ct);
        await transaction.CommitAsync(ct);
        if (done) signals.Publish(Signals.Messages, customer);
        return done;
    }
}
