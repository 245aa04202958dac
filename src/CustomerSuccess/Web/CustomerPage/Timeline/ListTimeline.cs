using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.CustomerPage.Timeline;

/// <summary>Everything that happened to a customer, newest first.</summary>
public static class ListTimeline
{
    /// <summary>One event, with its words.</summary>
    public sealed record Item(
        string Id, string Source, string Type, string Title, string? Detail, DateTime OccurredAt, DateTime ReceivedAt, string? PersonId, string? Actor, bool History, JsonElement Properties);

    /// <summary>Next: what to pass as before for the following page; null on the last.</summary>
    public sealed record Answer(IReadOnlyList<Item> Events, string? Next);

    /// <summary>
    /// Events of a customer, newest first. type: one or several types, or a group (onboarding, usage, health, staff), separated by commas;
    /// source likewise; before: the next of the page before; limit: 1 to 200, 50 unless told.
    /// </summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle(
        string id, string? type, string? source, string? before, string? limit, NpgsqlDataSource db, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var filter = TimelineFilter.Read(type, source, before, faults);
        var most = 50;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > 200)) faults.Add(new Fault("limit", "must be a whole number from 1 to 200"));
        if (faults.Count > 0) return EventAnswers.Invalid(faults);

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            $"select exists (select 1 from customers where customer_id = @id); {Sql.Read("Web/CustomerPage/Timeline/timeline.sql")}", filter.Args(id, most + 1), cancellationToken: ct));
        if (!await read.ReadSingleAsync<bool>()) return TypedResults.NotFound();
        var rows = (await read.ReadAsync<TimelineRow>()).AsList();
        var items = rows.Take(most).Select(row =>
        {
            var told = TimelineWords.Of(row.Type, row.Json, row.Url);
            return new Item(row.Id, row.Source, row.Type, told.Line, told.Detail, row.OccurredAt, row.ReceivedAt, row.PersonId, row.Actor, row.History, row.Json);
        }).ToList();
        return TypedResults.Ok(new Answer(items, rows.Count > most ? rows[most - 1].Cursor : null));
    }
}

/// <summary>Which events, from which place on. Null: all.</summary>
public sealed record TimelineFilter(string[]? Types, string[]? Sources, (DateTime At, DateTime Received, string Id)? Before)
{
    /// <summary>A group's name stands for its types. Pure.</summary>
    public static TimelineFilter Read(string? type, string? source, string? before, List<Fault> faults)
    {
        var place = default((DateTime, DateTime, string));
        if (!string.IsNullOrEmpty(before) && !TimelineRow.TryCursor(before, out place)) faults.Add(new Fault("before", "must be the next of the page before"));
        foreach (var (name, value) in new[] { ("type", type), ("source", source) })
        {
            if (!Storable(value)) faults.Add(new Fault(name, "must be names separated by commas"));
        }

        return new TimelineFilter(
            Names(type)?.SelectMany(name => TimelineWords.Groups.TryGetValue(name, out var types) ? types : [name]).ToArray(), Names(source),
            string.IsNullOrEmpty(before) ? null : place);
    }

    /// <summary>The parameters of timeline.sql.</summary>
    public DynamicParameters Args(string id, int rows)
    {
        var args = new DynamicParameters();
        args.Add("id", id);
        args.Add("types", Types);
        args.Add("sources", Sources);
        args.Add("at", Before?.At);
        args.Add("received", Before?.Received ?? DateTime.UnixEpoch);
        args.Add("last", Before?.Id ?? "");
        args.Add("rows", rows);
        return args;
    }

    private static bool Storable(string? list) => list is null || list.Length <= 1000 && !list.Contains('\0', StringComparison.Ordinal);

    private static string[]? Names(string? list) => !Storable(list) ? null : list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? names : null;
}
