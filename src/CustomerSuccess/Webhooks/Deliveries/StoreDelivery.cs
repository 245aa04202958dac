using System.Globalization;
using System.Security.Cryptography;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Metrics;
using CustomerSuccess.Webhooks.Stripe;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>
/// Keeps a delivery whose signature was right and writes the events it becomes, in one transaction. The same delivery again
/// changes nothing: not under its id, and not with the same body under another one.
/// </summary>
public sealed class StoreDelivery(NpgsqlDataSource db, EventLog log, Signals signals, WebhookMetrics metrics, TimeProvider clock)
{
    // As the door for events: its sender is told 503 before it gives up by itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>What became of it: stored, ignored, duplicate or failed, and why.</summary>
    public sealed record Outcome(string Word, string? Detail = null)
    {
        /// <summary>Detail as one word for the counters.</summary>
        public string Why { get; init; } = "";
    }

    /// <param name="provider">Whose delivery.</param>
    /// <param name="id">Its id, as the provider gives it.</param>
    /// <param name="body">The raw body, or the payload fetched.</param>
    /// <param name="reading">What it says.</param>
    /// <param name="fetched">It never arrived and was fetched.</param>
    /// <param name="ct">The sender went away.</param>
    public async Task<Outcome> Run(Provider provider, string id, ReadOnlyMemory<byte> body, Reading reading, bool fetched, CancellationToken ct)
    {
        // Cancelling is not enough: a frozen server does not answer that either. What is committed after all is a duplicate the next time.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        using var measured = metrics.Take(provider.Name, reading.Kind);
        var outcome = await Write(provider, id, SHA256.HashData(body.Span), reading, fetched, limit.Token).WaitAsync(Patience, clock, ct);
        measured.Became(outcome.Word, outcome.Word == "duplicate" ? "" : outcome.Why);
        if (outcome.Word == "stored") signals.Publish(Signals.Events);
        signals.Publish(Signals.Webhooks);
        return outcome;
    }

    private async Task<Outcome> Write(Provider provider, string id, byte[] hash, Reading reading, bool fetched, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(connection, provider, id, hash, reading, fetched, ct);
            }
            catch (PostgresException error) when (attempt < 4 && error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Written again.
            }
            catch (PostgresException error) when (reading.Events.Count > 0 && error.SqlState[..2] is "22" or "23" or "54")
            {
                // The data, not the moment: sent again it would fail again. Kept without its events, for a person to look at.
                reading = reading with { Events = [], Failed = true, Reason = "refused_by_database", Detail = error.MessageText };
            }
        }
    }

    private async Task<Outcome> Once(NpgsqlConnection connection, Provider provider, string id, byte[] hash, Reading reading, bool fetched, CancellationToken ct)
    {
        var now = clock.Now();
        var word = reading.Failed ? "failed" : reading.Events.Count > 0 ? "stored" : "ignored";
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // One delivery of an account after the other: what follows from one depends on what is known of the account.
        if (reading.Events.Count > 0)
            await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(13, hashtext(@Account))", new { reading.Account }, transaction, cancellationToken: ct));
        if (reading.OncePer is { } once && await Known(connection, transaction, reading.Events[0], once, ct))
        {
            reading = reading with { Events = [], Reason = "told_before", Detail = $"Another delivery told of {once.Property} {once.Value} already." };
            word = "ignored";
        }

        var isNew = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            """
            insert into webhook_deliveries (provider, delivery_id, body_hash, kind, account, outcome, reason, detail, fetched, received_at, last_at)
            select @Name, @id, @hash, @Kind, @Account, @word, @Reason, @Detail, @fetched, @now, @now
            where not exists (select 1 from webhook_bodies where provider = @Name and body_hash = @hash)
            on conflict do nothing returning 1
            """,
            new { provider.Name, id, hash, reading.Kind, reading.Account, word, reading.Reason, Detail = Cut(reading.Detail), fetched, now }, transaction, cancellationToken: ct)) is not null;
        if (isNew)
        {
            await log.Write(connection, transaction, reading.Events, ct);
            foreach (var changed in reading.Events.Where(e => e.Type == EventTypes.SubscriptionChanged))
            {
                if (await FollowSubscriptions.After(connection, transaction, changed, ct) is { } plan) await log.Write(connection, transaction, [plan], ct);
            }
        }
        else
        {
            word = "duplicate";
            await connection.ExecuteAsync(new CommandDefinition(
                "update webhook_deliveries set times = times + 1, last_at = @now where provider = @Name and (delivery_id = @id or body_hash = @hash)",
                new { provider.Name, id, hash, now }, transaction, cancellationToken: ct));
        }

        await CountDelivery.Run(connection, transaction, provider.Name, reading.Kind, word, isNew ? reading.Reason : "", 1, now, ct);
        await transaction.CommitAsync(ct);
        return new Outcome(word, isNew ? reading.Detail is { Length: > 0 } why ? why : null : "already received") { Why = reading.Reason };
    }

    private static Task<bool> Known(NpgsqlConnection connection, NpgsqlTransaction transaction, Envelope e, OncePer once, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select 1 from events where subject = @Subject and source = @Source and type = @Type and properties ->> @Property = @Value and id <> @Id)",
            new { e.Subject, e.Source, once.Type, once.Property, once.Value, e.Id }, transaction, cancellationToken: ct));

    private static string Cut(string text) => text.Length > 500 ? string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, 499)}…") : text;
}
