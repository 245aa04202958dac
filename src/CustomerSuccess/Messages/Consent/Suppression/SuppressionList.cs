using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Suppression;

/// <summary>The addresses that get nothing, whoever the customer is. Every change leaves a row of the audit log and, where a customer has the address, an event.</summary>
public sealed class SuppressionList(AddressKeys keys, EventLog log, AuditLog audit, TimeProvider clock)
{
    public const string HardBounce = "hard_bounce", Staff = "staff", Complaint = "complaint", Wish = "wish";

    /// <summary>From the weakest to the strongest: a stronger one replaces a weaker one.</summary>
    public static readonly IReadOnlyList<string> Reasons = [HardBounce, Staff, Complaint, Wish];

    // Under the key it had before the installation's secret was changed.
    private const string Rekey = "update suppressions set address_key = @key where email = @email and address_key <> @key and not exists (select from suppressions where address_key = @key)";

    // A stronger reason replaces a weaker one; the same again changes nothing.
    private const string Put = """
        insert into suppressions (address_key, email, reason, note, customer_id, message_id, added_at, added_by)
        values (@key, @email, @reason, @note, @customer, @message, @now, @actor)
        on conflict (address_key) do update set email = excluded.email, reason = excluded.reason, note = excluded.note, customer_id = excluded.customer_id,
          message_id = excluded.message_id, added_at = excluded.added_at, added_by = excluded.added_by, removed_at = null, removed_by = '', removed_reason = ''
        where suppressions.removed_at is not null or array_position(@order, suppressions.reason) < array_position(@order, excluded.reason)
        returning 1
        """;

    /// <summary>What is put on the list. Message: the one that came back, where one did.</summary>
    public sealed record Entry(string Email, string Reason, string Note = "", string Customer = "", string Message = "");

    public static string Words(string reason) => reason switch
    {
        HardBounce => "the address does not exist (bounced)",
        Complaint => "marked as spam by its reader",
        Wish => "its owner asked to get nothing",
        _ => "put on the suppression list",
    };

    /// <summary>False where it was on the list for this or a stronger reason. Call it last in a transaction.</summary>
    public async Task<bool> Add(NpgsqlConnection connection, NpgsqlTransaction transaction, Entry entry, By by, CancellationToken ct)
    {
        var (now, email) = (clock.Now(), AddressKeys.Plain(entry.Email));
        var key = keys.Of(email);
        await AddressLock.Take(connection, transaction, email, ct);
        await connection.ExecuteAsync(new CommandDefinition(Rekey, new { key, email }, transaction, cancellationToken: ct));
        if (await connection.ExecuteScalarAsync<int?>(new CommandDefinition(Put, new
        {
            key,
            email,
            reason = entry.Reason,
            note = entry.Note,
            customer = entry.Customer,
            message = entry.Message,
            now,
            actor = by.Actor,
            order = Reasons.ToArray(),
        }, transaction, cancellationToken: ct)) is null)
        {
            return false;
        }

        await Tell(connection, transaction, MessageEvents.Suppressed, email, entry.Customer, new { email, reason = entry.Reason, note = entry.Note, message_id = entry.Message }, by, now, ct);
        await audit.Write(connection, transaction, by.Audit, "suppression.added", "address:" + key[..16], new { entry.Reason, entry.Customer, entry.Message }, ct);
        return true;
    }

    /// <summary>By its key, and by the address where it is known. False where it is not on the list. Call it last in a transaction.</summary>
    public async Task<bool> Remove(NpgsqlConnection connection, NpgsqlTransaction transaction, string key, string? email, string reason, By by, CancellationToken ct)
    {
        var now = clock.Now();
        if (await connection.QueryFirstOrDefaultAsync<(string? Email, string Reason, string Customer)?>(new CommandDefinition(
            """
            update suppressions set removed_at = @now, removed_by = @actor, removed_reason = @reason
            where (address_key = @key or email = @email) and removed_at is null returning email, reason, customer_id
            """, new { key, email = email is null ? null : AddressKeys.Plain(email), now, actor = by.Actor, reason }, transaction, cancellationToken: ct)) is not { } gone)
        {
            return false;
        }

        await Tell(connection, transaction, MessageEvents.Unsuppressed, gone.Email, gone.Customer, new { email = gone.Email, was = gone.Reason, reason }, by, now, ct);
        await audit.Write(connection, transaction, by.Audit, "suppression.removed", "address:" + key[..16], new { Was = gone.Reason, gone.Customer }, ct);
        return true;
    }

    /// <summary>
    /// A person is erased: what they chose goes, and of an address on the list only the keyed hash stays, so that it still gets nothing.
    /// </summary>
    public async Task Erase(NpgsqlConnection connection, NpgsqlTransaction transaction, string email, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update suppressions set email = null, note = '', removed_reason = '', customer_id = '', message_id = '' where address_key = @key;
            delete from message_holds where address_key = @key;
            delete from preferences where email = @email
            """, new { key = keys.Of(email), email = AddressKeys.Plain(email) }, transaction, cancellationToken: ct));
    }

    // On the page of the customer it came from, or whose address it is.
    private async Task Tell(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string type, string? email, string customer, object properties, By by, DateTime now, CancellationToken ct)
    {
        if (customer.Length == 0 && email is not null)
        {
            customer = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "select customer_id from customer_emails where email = @email", new { email }, transaction, cancellationToken: ct)) ?? "";
        }

        if (customer.Length > 0) await log.Write(connection, transaction, [by.Event(type, customer, properties, now)], ct);
    }
}
