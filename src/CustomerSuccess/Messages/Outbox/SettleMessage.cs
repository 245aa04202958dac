using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>What becomes of a message now: its new state and the row of its history that explains it.</summary>
/// <param name="State">Of the message from now on.</param>
/// <param name="Step">How the history calls it; "": it is no row of it, because nothing happened.</param>
/// <param name="Reason">In words.</param>
public sealed record Settlement(string State, string Step, string Reason)
{
    public string Channel { get; init; } = "";

    /// <summary>Not before so long from now.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>A channel that has refused it for certain.</summary>
    public string? Refused { get; init; }

    /// <summary>A channel that may have sent it.</summary>
    public string? Uncertain { get; init; }

    /// <summary>So long from now a 429 is a refusal, where that is not set yet.</summary>
    public TimeSpan? Patience { get; init; }

    public string ProviderId { get; init; } = "";

    public string Version { get; init; } = "";

    public object? Detail { get; init; }

    /// <summary>Still this worker's: being sent.</summary>
    public bool KeepsLease => State == States.Sending;
}

/// <summary>
/// Writes what became of a message, for the worker whose attempt is the last one: who was overtaken writes nothing. The same
/// statement adds the row of the history.
/// </summary>
public static class SettleMessage
{
    /// <summary>When (the database's clock), or null where the message is somebody else's by now.</summary>
    public static Task<DateTime?> Run(NpgsqlConnection connection, NpgsqlTransaction? transaction, Message message, Settlement now, CancellationToken ct) =>
        connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(Sql.Read("Messages/Outbox/settle.sql"), new
        {
            customer = message.CustomerId,
            id = message.MessageId,
            message.Attempt,
            now.State,
            now.Step,
            now.Reason,
            now.Channel,
            now.Wait,
            now.Refused,
            now.Uncertain,
            now.Patience,
            now.ProviderId,
            now.Version,
            now.KeepsLease,
            detail = now.Detail is null ? null : JsonSerializer.Serialize(now.Detail, JsonSerializerOptions.Web),
        }, transaction, cancellationToken: ct));
}
