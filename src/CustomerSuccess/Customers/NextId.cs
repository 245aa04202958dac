using System.Globalization;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>Numbers for ids made here, never given twice.</summary>
public static class NextId
{
    /// <summary>c1001, c1002, …; one that somebody chose already is passed over.</summary>
    public static async Task<string> Customer(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        while (true)
        {
            var id = await Next("c", connection, transaction, ct);
            if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "select exists (select 1 from customers where customer_id = @id)", new { id }, transaction, cancellationToken: ct))) return id;
        }
    }

    /// <summary>o1001, …: the id of the onboarding record in exports. The import raises the number above what it brings.</summary>
    public static Task<string> Onboarding(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) => Next("o", connection, transaction, ct);

    /// <summary>n1, n2, …</summary>
    public static Task<string> Note(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) => Next("n", connection, transaction, ct);

    private static async Task<string> Next(string prefix, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) =>
        prefix + (await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "update numbers set last = last + 1 where prefix = @prefix returning last", new { prefix }, transaction, cancellationToken: ct))).ToString(CultureInfo.InvariantCulture);
}
