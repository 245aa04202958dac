using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>
/// Which accounts of other tools (groups) stand for customers already, by a link or an external id, and which are only known by the
/// same address. Anyone can write somebody else's address on an invoice.
/// </summary>
public static class ReadAccounts
{
    /// <param name="connection">Used for one query at a time.</param>
    /// <param name="transaction">Null for a read alone.</param>
    /// <param name="addresses">Of which customer an address is, for those that groups are asked about.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<ILookup<string, string>> Of(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, ILookup<string, string> addresses, CancellationToken ct)
    {
        if (addresses.Count == 0) return Enumerable.Empty<string>().ToLookup(one => one, StringComparer.Ordinal);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select customer_id, identity from identities where customer_id = any(@customers) and left(identity, 3) = '~g:'
            union select c.customer_id, '~g:' || e.key || ':' || e.value from customers c cross join lateral jsonb_each_text(c.external_ids) e where c.customer_id = any(@customers);
            select p.b, p.a from pairs p left join identities i on i.identity = p.a where p.b = any(@mails) and left(p.a, 3) = '~g:' and i.identity is null
            """,
            new { customers = addresses.SelectMany(one => one).Distinct(StringComparer.Ordinal).ToArray(), mails = addresses.Select(one => Identity.Mail + one.Key).ToArray() },
            transaction, cancellationToken: ct));
        var standing = (await read.ReadAsync<(string Customer, string Group)>()).AsList();
        var claiming = (await read.ReadAsync<(string Mail, string Group)>()).AsList();
        return standing.Concat(claiming.SelectMany(one => addresses[one.Mail[Identity.Mail.Length..]].Select(customer => (customer, one.Group))))
            .ToLookup(one => one.Item1, one => one.Item2, StringComparer.Ordinal);
    }
}
