using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Everything that writes what we want to change keeps at it (an import, say): come again. The web says 503 with Retry-After.</summary>
public sealed class LinksBusy() : TimeoutException("events are being written that this would change; try again in a moment");

/// <summary>Links that must stand now: made by a person, or needed by the next line of a caller. Each in a transaction of its own.</summary>
public sealed class Links(NpgsqlDataSource db, EventLog events, Signals signals, TimeProvider clock)
{
    private const int Tries = 8;

    /// <summary>
    /// See to it that an identity leads to a customer before events of it are written, where it leads nowhere yet and nobody took it apart.
    /// Answers with the customer it leads to, which may be another one; null: none. Costs one read where it is known.
    /// </summary>
    public async Task<string?> Ensure(string identity, string customer, string rule, Evidence evidence, CancellationToken ct)
    {
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            if ((await ReadLinkFacts.Standings(connection, null, [identity], ct)).GetValueOrDefault(identity) is { } known) return known.Customer;
        }

        return await Do(async (connection, transaction) =>
        {
            var standing = (await ReadLinkFacts.Standings(connection, transaction, [identity], ct)).GetValueOrDefault(identity);
            if (standing is not null) return standing.Customer;
            await MakeLinks.Run(connection, transaction, events, [new Link(identity, customer, rule, evidence)], LinkedBy.Product(clock.Now()), ct);
            return customer;
        }, ct);
    }

    /// <summary>Run what makes or undoes links, again where locks were not to be had; commits unless told not to, and tells the open pages.</summary>
    public async Task<T> Do<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work, CancellationToken ct, Func<T, bool>? keep = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                await using (var patience = new NpgsqlCommand("select set_config('jit', 'off', true), set_config('lock_timeout', '250ms', true)", connection, transaction))
                    await patience.ExecuteNonQueryAsync(ct);
                await MakeLinks.LockLinks(connection, transaction, ct);
                var made = await work(connection, transaction);
                if (keep is not null && !keep(made)) return made;
                await transaction.CommitAsync(ct);
                signals.Publish(Signals.Events);
                signals.Publish(Signals.Standings);
                return made;
            }
            catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempt == Tries) throw new LinksBusy();
                await Task.Delay(TimeSpan.FromMilliseconds(40 * attempt), ct);
            }
        }
    }
}
