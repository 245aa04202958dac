using CustomerSuccess.Messages.Consent.Suppression;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent;

/// <summary>One at a time for an address: the lock under which its messages are judged (DeliverMessage). Who holds it can say "from now on".</summary>
public static class AddressLock
{
    private const int Class = 20;

    public static Task Take(NpgsqlConnection connection, NpgsqlTransaction transaction, string email, CancellationToken ct) => connection.ExecuteAsync(
        new CommandDefinition("select pg_advisory_xact_lock(@Class, hashtext(lower(@email)))", new { Class, email = AddressKeys.Plain(email) }, transaction, cancellationToken: ct));
}
