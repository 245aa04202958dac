using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>The name of the person a message goes to, "" where only their organization is known: Kit greets by it.</summary>
public static class PersonName
{
    private const string Query = """
        select coalesce(
          (select p.name from people p where p.customer_id = @CustomerId and lower(p.email) = lower(@ToEmail) and p.removed_at is null and p.name <> '' order by p.first_seen limit 1),
          case when @ToName = (select c.organization from customers c where c.customer_id = @CustomerId) then '' else @ToName end)
        """;

    public static async Task<string> Read(NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string>(new CommandDefinition(Query, new { message.CustomerId, message.ToEmail, message.ToName }, transaction, cancellationToken: ct)) ?? "";
}
