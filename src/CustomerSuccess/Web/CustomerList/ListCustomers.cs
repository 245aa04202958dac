using System.Security.Claims;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.CustomerList;

/// <summary>The customers that fit a filter, a page at a time.</summary>
public static class ListCustomers
{
    public const int MostCounted = 10_000;

    public sealed record Item(string Id, string Organization, string Email, string GithubUsername, string Cohort, string Industry, string Plan, string Owner,
        decimal? Mrr, DateOnly SignupDate, string AccountStatus, bool Archived, bool IsTest, string Stage, int OnboardingPercent, string? BlockerType,
        int Score, int? ScoreWeekAgo, string Status, DateOnly? LastActive);

    public sealed record Answer(IReadOnlyList<Item> Customers, long Total, bool TotalIsAtLeast, string? Next);

    /// <summary>Customers with their health, filtered and sorted as on the page; `next` is the value of `after` for the next page.</summary>
    public static async Task<Ok<Answer>> Handle([AsParameters] CustomerFilter filter, ClaimsPrincipal user, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var page = await Run(filter.AskedBy(user), db, clock.Today(), ct);
        return TypedResults.Ok(new Answer(
            page.Rows.Select(row => new Item(row.CustomerId, row.Organization, row.Email, row.GithubUsername, row.Cohort, row.Industry, row.Plan, row.Owner, row.Mrr,
                row.SignupDate, row.AccountStatus, row.Archived, row.IsTest, row.Stage, row.Progress, row.BlockerType.Length > 0 ? row.BlockerType : null,
                row.Score, row.ScoreWeekAgo, row.Status, row.LastActive)).ToList(),
            page.Total, page.AtLeast, page.Next));
    }

    /// <summary>One page with what its rows show; the total where the caller does not know it.</summary>
    public static async Task<CustomerPage> Run(CustomerFilter filter, NpgsqlDataSource db, DateOnly today, CancellationToken ct, long? total = null)
    {
        var values = new DynamicParameters();
        var where = filter.Where(values, today);
        values.Add("size", filter.Rows);
        var (key, type) = CustomerFilter.Keys[filter.SortName];
        // Backwards is forwards in the other direction, turned round at the end.
        var back = filter.Before is not null;
        var down = filter.Descending != back;
        var place = Place(filter.After ?? filter.Before, type, values);
        var sql = Sql.Read("Web/CustomerList/customers.sql")
            .Replace("{where}", where)
            .Replace("{after}", place is null ? "" : $"and ({key}, s.customer_id) {(down ? "<" : ">")} ({place}, @after_id)")
            .Replace("{order}", down ? $"{key} desc, s.customer_id desc" : $"{key}, s.customer_id")
            .Replace("{key}", key);

        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<CustomerRow>(new CommandDefinition(sql, values, cancellationToken: ct))).AsList();
        var more = rows.Count > filter.Rows;
        if (more) rows.RemoveAt(filter.Rows);
        if (back) rows.Reverse();
        var known = total is not null;
        total ??= place is null && !more ? rows.Count : await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"select count(*) from (select 1 from standings s where {where} limit {MostCounted + 1}) counted", values, cancellationToken: ct));
        if (rows.Count > 0) rows = await WithRecent(connection, rows, today, ct);
        return new CustomerPage(rows, total.Value, !known && total > MostCounted,
            rows.Count > 0 && (back || more) ? Cursor(rows[^1]) : null,
            rows.Count > 0 && (back ? more : place is not null) ? Cursor(rows[0]) : null);
    }

    private static async Task<List<CustomerRow>> WithRecent(NpgsqlConnection connection, List<CustomerRow> rows, DateOnly today, CancellationToken ct)
    {
        await using var answer = await connection.QueryMultipleAsync(new CommandDefinition(
            Sql.Read("Web/CustomerList/recent.sql"), new { ids = rows.ConvertAll(row => row.CustomerId).ToArray(), today }, cancellationToken: ct));
        var scores = (await answer.ReadAsync<(string Id, int Score)>()).ToDictionary(each => each.Id, each => each.Score);
        var did = (await answer.ReadAsync<(string Id, DateOnly Day, long Did)>()).ToLookup(each => each.Id);
        return rows.ConvertAll(row =>
        {
            var recent = new double[14];
            foreach (var (_, day, count) in did[row.CustomerId]) recent[13 - (today.DayNumber - day.DayNumber)] = Math.Max(0, count);
            return row with { ScoreWeekAgo = scores.TryGetValue(row.CustomerId, out var score) ? score : null, Recent = recent.Any(count => count > 0) ? recent : [] };
        });
    }

    // Length of the id, id, sort key: either may hold any character.
    private static string Cursor(CustomerRow row) => $"{row.CustomerId.Length}~{row.CustomerId}{row.SortKey}";

    // An address somebody bent is read as the first page.
    private static string? Place(string? cursor, string type, DynamicParameters values)
    {
        var cut = cursor?.IndexOf('~') ?? -1;
        if (cut < 1 || cursor!.Contains('\0') || !int.TryParse(cursor[..cut], out var length) || length < 0 || length > cursor.Length - cut - 1) return null;
        var (id, text) = (cursor.Substring(cut + 1, length), cursor[(cut + 1 + length)..]);
        var fits = type switch
        {
            "int" => int.TryParse(text, out _),
            "numeric" => decimal.TryParse(text, System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e12m,
            "date" => text == "-infinity" || Days.TryParse(text, out _),
            _ => true,
        };
        if (!fits) return null;
        values.Add("after_key", text);
        values.Add("after_id", id);
        return $"@after_key::{type}";
    }
}
