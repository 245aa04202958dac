using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking.Change;

/// <summary>Numbers for the ids of engagement rows; those of customers and their records are given in Customers.</summary>
internal static class Numbers
{
    /// <summary>e1001, e1002, …; one that came with an import is passed over.</summary>
    public static async Task<string> Engagement(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        while (true)
        {
            var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition("update numbers set last = last + 1 where prefix = 'e' returning last", null, transaction, cancellationToken: ct));
            var id = FormattableString.Invariant($"e{number}");
            if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select 1 from engagement_rows where row_id = @id)", new { id }, transaction, cancellationToken: ct))) return id;
        }
    }

    /// <summary>Never give a number again that an import has brought. A number that is high enough is left alone, and free for others.</summary>
    public static Task Raise(char prefix, long last, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "update numbers set last = @last where prefix = @prefix and last < @last", new { prefix = prefix.ToString(), last }, transaction, cancellationToken: ct));
}
