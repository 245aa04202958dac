using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking.Change;

/// <summary>Events of one change, written in its transaction; open pages hear of them when it commits.</summary>
internal static class Record
{
    public static async Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, EventLog log, IReadOnlyList<Envelope> events, CancellationToken ct)
    {
        var receipts = await Stored(log.Write(connection, transaction, events, ct));
        if (receipts.FirstOrDefault(receipt => receipt.UnknownCustomer) is { } unknown)
            throw Troubles.UnknownCustomer(events.First(one => one.Id == unknown.Id).CustomerId!);
        await Tell(connection, transaction, ct);
    }

    /// <summary>An address somebody else took between the look and the write.</summary>
    public static async Task<IReadOnlyList<Receipt>> Stored(Task<IReadOnlyList<Receipt>> write)
    {
        try
        {
            return await write;
        }
        catch (PostgresException error) when (error.ConstraintName == "customer_emails_pkey")
        {
            throw new Trouble($"An email belongs to another customer already: {error.Detail}", "Use another address and try again; nothing was changed.", error);
        }
    }

    /// <summary>A hint to the processes that work out health; they look by themselves too.</summary>
    public static Task Tell(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition($"select pg_notify('cs_{Signals.Events}', 'command ')", null, transaction, cancellationToken: ct));
}
