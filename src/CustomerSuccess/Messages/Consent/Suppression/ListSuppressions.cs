using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Suppression;

/// <summary>One address that gets nothing. Id names it for removal; Email is null where its owner was erased.</summary>
public sealed record Suppressed(string Id, string? Email, string Reason, string Note, string CustomerId, string MessageId, DateTime AddedAt, string AddedBy);

/// <summary>The suppression list, newest first, a page at a time.</summary>
public static class ListSuppressions
{
    public const int RowsOfPage = 50;

    /// <summary>Total: of the whole list. Next: the value of `after` for the next page, null on the last one.</summary>
    public sealed record Answer(long Total, IReadOnlyList<Suppressed> Suppressions, string? Next);

    /// <param name="connection">Open.</param>
    /// <param name="keys">To find the address of somebody who was erased.</param>
    /// <param name="search">A part of the address, or all of it; empty: everybody.</param>
    /// <param name="after">Where the page begins.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async Task<Answer> Run(NpgsqlConnection connection, AddressKeys keys, string search, string? after, CancellationToken ct)
    {
        var part = AddressKeys.Plain(search.Replace("\0", "", StringComparison.Ordinal));
        var place = Place(after);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select count(*) from suppressions where removed_at is null;
            select address_key as id, email, reason, note, customer_id, message_id, added_at, added_by from suppressions
            where removed_at is null and (@part = '' or strpos(email, @part) > 0 or address_key = @key)
              and (@at::timestamptz is null or (added_at, address_key) < (@at::timestamptz, @id))
            order by added_at desc, address_key desc limit @limit
            """, new { part, key = keys.Of(part), at = place?.At, id = place?.Id ?? "", limit = RowsOfPage + 1 }, cancellationToken: ct));
        var total = await read.ReadSingleAsync<long>();
        var rows = (await read.ReadAsync<Suppressed>()).AsList();
        var shown = rows.Take(RowsOfPage).ToList();
        return new(total, shown, rows.Count > RowsOfPage ? $"{shown[^1].AddedAt:yyyy-MM-ddTHH:mm:ss.ffffff}~{shown[^1].Id}" : null);
    }

    private static (DateTime At, string Id)? Place(string? after) =>
        after?.Split('~') is [var at, { Length: > 0 and <= 64 } id] && id.All(char.IsAsciiHexDigitLower)
        && DateTime.TryParseExact(at, "yyyy-MM-ddTHH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var instant)
            ? (instant, id) : null;
}
