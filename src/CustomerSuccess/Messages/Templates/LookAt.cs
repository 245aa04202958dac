using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Facts;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates;

/// <summary>Whose letter a preview shows.</summary>
public static class LookAt
{
    /// <summary>An account to choose from.</summary>
    public sealed record Account(string CustomerId, string Organization);

    /// <summary>The letter of a customer (by id, or by the beginning of the name); an empty one is made up. Null: there is no such customer.</summary>
    public static async Task<Letter?> Letter(NpgsqlConnection connection, TemplateKind kind, string customer, BrandSettings brand, DateOnly today, CancellationToken ct)
    {
        var digest = kind.Letter == typeof(DigestLetter);
        if (customer.Length == 0 && !digest) return ReadLetter.Sample(kind, brand);
        var id = digest ? "" : await Find(connection, customer, ct);
        return id is null ? null : await ReadLetter.Run(connection, null, kind, id, new(kind.Name, "", ""), default, brand, kind.ToCustomer ? ReadLetter.Doors.Shown(brand) : ReadLetter.Doors.None, today, ct);
    }

    /// <summary>The id of a customer by id or by the beginning of the name.</summary>
    public static async Task<string?> Find(NpgsqlConnection connection, string customer, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition("select customer_id from customers where customer_id = @customer", new { customer }, cancellationToken: ct))
        ?? await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select customer_id from standings where counted and lower(organization) >= lower(@customer) and lower(organization) < lower(@customer) || U&'\\FFFF' order by lower(organization), customer_id limit 1",
            new { customer }, cancellationToken: ct));

    /// <summary>The newest customers, to choose from.</summary>
    public static async Task<IReadOnlyList<Account>> Some(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<Account>(new CommandDefinition("select customer_id, organization from standings where counted order by signup_date desc, customer_id limit 30", cancellationToken: ct))];
}
