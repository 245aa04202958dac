using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Sources.Setup;

/// <summary>A source as its page shows it: with the event it sent last, once it has sent one.</summary>
public sealed record SourceState(Source Source, SourceState.Event? Last)
{
    /// <param name="Type">What happened.</param>
    /// <param name="At">When it was received.</param>
    /// <param name="Url">Of a page view.</param>
    /// <param name="Who">Person, visitor, group or customer, as the sender named them.</param>
    /// <param name="Properties">A JSON object as text.</param>
    public sealed record Event(string Type, DateTime At, string? Url, string? Who, string Properties);

    /// <summary>Null for an unknown source.</summary>
    public static async Task<SourceState?> Find(NpgsqlDataSource db, string id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var source = await connection.QuerySingleOrDefaultAsync<Source>(new CommandDefinition(
            $"select {Source.Columns} from sources where source_id = @id", new { id }, cancellationToken: ct));
        if (source is null) return null;
        return new SourceState(source, source.LastEventAt is { } at ? await LastEvent(connection, source.SourceId, at, ct) : null);
    }

    // The index by time of receipt is a coarse one: only the seconds around the last event are looked through.
    private static Task<Event?> LastEvent(NpgsqlConnection connection, string id, DateTime at, CancellationToken ct) =>
        connection.QueryFirstOrDefaultAsync<Event>(new CommandDefinition(
            """
            select type, received_at as at, url, coalesce(person_id, visitor_id, group_id, customer_id) as who, left(properties::text, 2000) as properties
            from events where received_at between @from and @to and actor = @actor order by received_at desc limit 1
            """,
            new { from = at.AddSeconds(-10), to = at.AddSeconds(2), actor = "source:" + id }, cancellationToken: ct));
}
