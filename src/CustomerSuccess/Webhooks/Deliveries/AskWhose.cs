using CustomerSuccess.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>
/// An account that nobody is linked to yet is handed to the resolver of identities, which knows whose GitHub name or Stripe
/// customer it is; what the payload says beside it is kept as pairs, which are what links are concluded from.
/// </summary>
public static class AskWhose
{
    public static Task Run(NpgsqlConnection connection, NpgsqlTransaction transaction, string account, Hints hints, Envelope e, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pairs (a, b, first_at, source, id)
            select @subject, named.b, @OccurredAt, @Source, @Id from unnest(@named) as named(b) order by 2
            on conflict do nothing;
            insert into unresolved (identities) select array[@subject] where not exists (select 1 from identities where identity = @subject and customer_id is not null)
            """,
            new
            {
                subject = Subjects.Group(account),
                named = new[] { hints.Email is { } mail ? "~e:" + mail.Trim().ToLowerInvariant() : null, hints.CustomerId }.OfType<string>().ToArray(),
                e.OccurredAt,
                e.Source,
                e.Id,
            },
            transaction, cancellationToken: ct));
}
