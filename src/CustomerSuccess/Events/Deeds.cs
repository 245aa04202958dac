using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>Starts what a person or a key does here to a customer.</summary>
public sealed class Deeds(NpgsqlDataSource db, EventLog log, Signals signals, TimeProvider clock)
{
    public Task<Deed> Begin(ClaimsPrincipal who, CancellationToken ct) => Begin(who.Actor(), who.HasClaim(claim => claim.Type == Actors.KeyClaim) ? "api" : "ui", ct);

    /// <summary>In the name of somebody who is not signed in here: a customer before the widget, the command line.</summary>
    public async Task<Deed> Begin(string actor, string source, CancellationToken ct)
    {
        var connection = await db.OpenConnectionAsync(ct);
        try
        {
            return new Deed(connection, await connection.BeginTransactionAsync(ct), actor, source, clock.Now(), log, signals, ct);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>One transaction in the name of someone: what it writes are events, and who waits for them hears of it after the commit. Left without a commit, nothing has happened.</summary>
public sealed class Deed(
    NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, string source, DateTime now, EventLog log, Signals signals, CancellationToken ct) : IAsyncDisposable
{
    private readonly HashSet<string> customers = new(StringComparer.Ordinal);

    public NpgsqlConnection Connection => connection;

    public NpgsqlTransaction Transaction => transaction;

    public DateTime Now => now;

    public string Actor => actor;

    /// <summary>ui for people, api for machines.</summary>
    public string Source => source;

    /// <summary>Something that happens now; properties is an anonymous object or a JsonObject, with the names of the log.</summary>
    public Envelope Event(string type, string customer, object properties, string? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7().ToString("N"),
        Source = Source,
        Type = type,
        CustomerId = customer,
        OccurredAt = now,
        ReceivedAt = now,
        Actor = Actor,
        Properties = JsonSerializer.Serialize(properties),
    };

    /// <summary>From here on nobody else does anything to this customer, so that what is read now is so when it is written.</summary>
    public Task Lock(string customer) => EventLog.Lock(connection, transaction, [customer], ct);

    /// <summary>False where there is no such customer; nothing is written then.</summary>
    public async Task<bool> Write(params IReadOnlyList<Envelope> events) => !(await Send(events)).Any(receipt => receipt.UnknownCustomer);

    /// <summary>What became of each.</summary>
    public Task<IReadOnlyList<Receipt>> Send(params IReadOnlyList<Envelope> events)
    {
        foreach (var e in events) customers.Add(e.CustomerId!);
        return log.Write(connection, transaction, events, ct);
    }

    public Task<bool> Write(string type, string customer, object properties, string? id = null) => Write(Event(type, customer, properties, id));

    public async Task Commit()
    {
        await transaction.CommitAsync(ct);
        // Health follows by itself; what has nothing to do with it (a note) shows on open pages at once.
        signals.Publish(Signals.Events);
        signals.Publish(Signals.Standings, string.Join(',', customers));
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
