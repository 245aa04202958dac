using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>What a person wants from now on, for one customer and address. Each change is an event of the customer and a row of the audit log, with its reason.</summary>
public sealed class ChangePreferences(EventLog log, AuditLog audit, AddressKeys keys, TimeProvider clock)
{
    public const string OneClick = "one_click", Page = "page", Provider = "provider", Staff = "staff";

    /// <summary>Whose choice, and how it came about: one of the reasons above, words where somebody gave them, the mail whose link was used.</summary>
    public sealed record Choice(string Customer, string Email, string Reason, By By, string Note = "", string Message = "");

    private const string Put = """
        insert into preferences (customer_id, email, topic, wanted, reason, note, message_id, changed_at, changed_by)
        values (@customer, @email, @topic, @wanted, @Reason, @Note, @Message, @now, @actor)
        on conflict (customer_id, email, topic) do update set wanted = excluded.wanted, reason = excluded.reason, note = excluded.note,
          message_id = excluded.message_id, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """;

    /// <summary>What changed by it; choices that hold already are none. Call it last in a transaction.</summary>
    public async Task<IReadOnlyList<string>> Run(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Choice choice, IReadOnlyDictionary<string, bool> wishes, CancellationToken ct)
    {
        var (now, email) = (clock.Now(), AddressKeys.Plain(choice.Email));
        await AddressLock.Take(connection, transaction, email, ct);
        var before = await ReadPreferences.Chosen(connection, transaction, choice.Customer, email, ct);
        var changed = new List<string>();
        // Everything first: a topic that is wanted all the same has a row of its own.
        foreach (var (topic, wanted) in wishes.OrderBy(wish => wish.Key, StringComparer.Ordinal))
        {
            if (ReadPreferences.Wants(before, topic) == wanted) continue;
            await connection.ExecuteAsync(new CommandDefinition(
                Put, new { customer = choice.Customer, email, topic, wanted, choice.Reason, choice.Note, choice.Message, now, actor = choice.By.Actor }, transaction, cancellationToken: ct));
            before[topic] = wanted;
            changed.Add(topic);
        }

        if (changed.Count == 0) return changed;
        await log.Write(connection, transaction, [.. changed.Select(topic => choice.By.Event(
            wishes[topic] ? MessageEvents.Resubscribed : MessageEvents.Unsubscribed, choice.Customer,
            new { email, topic = topic == Topic.Everything ? "everything" : topic, reason = choice.Reason, note = choice.Note, message_id = choice.Message }, now))], ct);
        await audit.Write(connection, transaction, choice.By.Audit, "preferences.changed", "customer:" + Id(choice.Customer),
            new { address = keys.Of(email)[..16], choice.Reason, on = changed.Where(topic => wishes[topic]), off = changed.Where(topic => !wishes[topic]), choice.Message }, ct);
        return changed;
    }

    // The audit log holds ids and refuses what looks like an address; an id somebody chose may look like one.
    private string Id(string customer) => customer.Contains('@') ? "hash-" + keys.Of(customer)[..16] : customer;
}
