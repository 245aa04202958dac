using CustomerSuccess.Messages.Consent.Suppression;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent;

/// <summary>One at a time for an address: the lock under which its messages are judged (DeliverMessage). Who holds it can say "from now on".</summary>
public static class AddressLock
{
    private const int Class = 20;

    public static Task Take(NpgsqlConnection connection, NpgsqlTransaction transaction, string email, CancellationToken ct) => Take(connection, transaction, [email], ct);

    /// <summary>Several in one order: nobody waits for somebody who waits for them.</summary>
    public static Task Take(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> emails, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        "select pg_advisory_xact_lock(@Class, lock) from (select distinct hashtext(email) as lock from unnest(@emails) as email order by 1) locks",
        new { Class, emails = emails.Select(AddressKeys.Plain).ToArray() }, transaction, cancellationToken: ct));
}
