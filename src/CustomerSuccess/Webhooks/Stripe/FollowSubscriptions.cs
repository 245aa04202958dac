using System.Text.Json;
using CustomerSuccess.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Stripe;

/// <summary>
/// After a subscription changed: plan and MRR of the customer, as a customer_updated event of the system. It is stored under
/// the Stripe customer, so that linking that one to a customer brings plan and MRR along, and taking the link back takes them back.
/// </summary>
public static class FollowSubscriptions
{
    // The last state of each; of changes within one second, deleted comes after updated and updated after created.
    private const string States = """
        select distinct on (properties ->> 'subscription') properties::text as properties, occurred_at
        from events where subject = @subject and source = 'stripe' and type = 'subscription_changed'
        order by properties ->> 'subscription', occurred_at desc,
          case properties ->> 'change' when 'deleted' then 2 when 'updated' then 1 else 0 end desc, received_at desc, id desc
        """;

    private const string Told = """
        select properties::text as properties, received_at from events where subject = @subject and source = 'stripe' and type = 'customer_updated'
        order by occurred_at desc, received_at desc, id desc limit 1
        """;

    /// <summary>The event that follows from this one, or null: nothing new, or a state older than the one that is known. The caller holds the account's lock.</summary>
    public static async Task<Envelope?> After(NpgsqlConnection connection, NpgsqlTransaction transaction, Envelope changed, CancellationToken ct)
    {
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(States + ";" + Told, new { subject = changed.Subject }, transaction, cancellationToken: ct));
        var states = (await read.ReadAsync<(string Properties, DateTime At)>()).AsList();
        var told = await read.ReadSingleOrDefaultAsync<(string? Properties, DateTime At)>();
        var billing = Billing.Of([.. states.Select(state => JsonSerializer.Deserialize<State>(state.Properties, JsonSerializerOptions.Web)!.Subscription())]);
        if (told.Properties is { } last && JsonSerializer.Deserialize<Billing>(last, JsonSerializerOptions.Web) == billing) return null;
        var after = DateTime.SpecifyKind(told.At, DateTimeKind.Utc).AddMicroseconds(1);
        return changed with
        {
            Id = "plan:" + changed.Id,
            Type = EventTypes.CustomerUpdated,
            // As late as the latest of them: what this says holds from then on, also where an older change of another came late.
            OccurredAt = states.Max(state => state.At),
            // And after what was told before, whatever the clocks of two processes say.
            ReceivedAt = changed.ReceivedAt > after ? changed.ReceivedAt : after,
            Properties = JsonSerializer.Serialize(new { plan = billing.Plan, mrr = billing.Mrr }),
            Actor = "system",
        };
    }

#pragma warning disable IDE1006 // named as the properties are
    private sealed record State(string subscription, string status, string plan, decimal mrr, string currency, bool paused = false)
    {
        public Subscription Subscription() => new(subscription, status, plan, mrr, currency, false, null, paused);
    }
#pragma warning restore IDE1006
}
