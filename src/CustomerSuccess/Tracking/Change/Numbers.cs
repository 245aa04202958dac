using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking.Change;

/// <summary>Numbers for new ids. One that the database knows already, from an import or another source, is passed over.</summary>
internal static class Numbers
{
    private static string Taken(char prefix) => prefix switch
    {
        'c' => "exists (select 1 from customers where customer_id = @id)",
        'o' => "exists (select 1 from onboarding where row_id = @id)",
        _ => "exists (select 1 from engagement_rows where row_id = @id)",
    };

    public static async Task<string> Next(char prefix, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        while (true)
        {
            var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                "update numbers set last = last + 1 where prefix = @prefix returning last", new { prefix = prefix.ToString() }, transaction, cancellationToken: ct));
            var id = FormattableString.Invariant($"{prefix}{number}");
            if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select " + Taken(prefix), new { id }, transaction, cancellationToken: ct))) return id;
        }
    }

    /// <summary>Never give a number again that an import has brought.</summary>
    public static Task Raise(char prefix, long last, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "update numbers set last = greatest(last, @last) where prefix = @prefix", new { prefix = prefix.ToString(), last }, transaction, cancellationToken: ct));
}
