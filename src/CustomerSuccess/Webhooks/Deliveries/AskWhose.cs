using CustomerSuccess.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>An account nobody is linked to yet is handed to the resolver of identities, which knows whose GitHub or Stripe account it is.</summary>
public static class AskWhose
{
    public static Task Run(NpgsqlConnection connection, NpgsqlTransaction transaction, string account, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into unresolved (identities) select array[@subject] where not exists (select 1 from identities where identity = @subject and customer_id is not null)",
            new { subject = Subjects.Group(account) }, transaction, cancellationToken: ct));
}
