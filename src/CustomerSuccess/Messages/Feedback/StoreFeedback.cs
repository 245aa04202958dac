using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>
/// Writes what a provider told, each thing once: a row of the message's history, and what follows from it (the address gets nothing
/// any more, a topic is switched off, an event of the customer). Clicks are judged later (JudgeClicks), opens lead to nothing.
/// </summary>
public sealed class StoreFeedback(NpgsqlDataSource db, EventLog log, SuppressionList suppressions, ChangePreferences preferences, Signals signals, MessageMetrics metrics, TimeProvider clock)
{
    private const int Tries = 4;

    public sealed record Outcome(int Stored, int Duplicate, int Unmatched);

    private sealed record Mail(string CustomerId, string MessageId, string ToEmail, string Topic, string Kind, string Audience);

    public async Task<Outcome> Run(string source, IReadOnlyList<Told> told, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(source, told, ct);
            }
            catch (PostgresException error) when (attempt < Tries && error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Written again.
            }
        }
    }

    private async Task<Outcome> Once(string source, IReadOnlyList<Told> told, CancellationToken ct)
    {
        var now = clock.Now();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var known = await Match(connection, transaction, told, ct);
        // Addresses before messages, as whoever sends does, and each in one order: nobody waits for somebody who waits for them.
        await AddressLock.Take(connection, transaction, known.Where(each => Follows(each.Told)).Select(each => each.Mail.ToEmail), ct);

        var matched = known.Select(each => each.Told).ToHashSet<Told>(ReferenceEqualityComparer.Instance);
        var counts = told.Where(one => !matched.Contains(one)).Select(one => (one.Kind, Outcome: "unmatched")).ToList();
        var fresh = new List<(Told Told, Mail Mail)>();
        foreach (var each in known.OrderBy(each => each.Mail.CustomerId, StringComparer.Ordinal).ThenBy(each => each.Mail.MessageId, StringComparer.Ordinal).ThenBy(each => each.Told.At))
        {
            var isNew = await Keep(connection, transaction, source, each.Told, each.Mail, now, ct);
            counts.Add((each.Told.Kind, isNew ? "stored" : "duplicate"));
            if (isNew) fresh.Add(each);
        }

        foreach (var each in fresh) await Follow(connection, transaction, source, each.Told, each.Mail, now, ct);
        await CountFeedback.Add(connection, transaction, source, counts, now, ct);
        await transaction.CommitAsync(ct);
        foreach (var each in fresh) metrics.Became(each.Mail.Kind, source, each.Told.Kind);
        if (fresh.Count > 0) signals.Publish(Signals.Events);
        foreach (var customer in fresh.Select(each => each.Mail.CustomerId).Distinct(StringComparer.Ordinal).Take(20)) signals.Publish(Signals.Messages, customer);
        return new(fresh.Count, counts.Count(each => each.Outcome == "duplicate"), counts.Count(each => each.Outcome == "unmatched"));
    }

    // By our own ids, which came back with the event; else by the provider's name for the mail.
    private static async Task<List<(Told Told, Mail Mail)>> Match(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Told> told, CancellationToken ct)
    {
        const string Columns = "customer_id, message_id, to_email, topic, kind, audience";
        var mails = (await connection.QueryAsync<Mail>(new CommandDefinition(
            $"select {Columns} from messages where message_id = any(@ids)",
            new { ids = told.Select(one => one.Message).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).ToArray() }, transaction, cancellationToken: ct))).ToLookup(mail => mail.MessageId, StringComparer.Ordinal);
        var named = (await connection.QueryAsync<(string ProviderId, string CustomerId, string MessageId, string ToEmail, string Topic, string Kind, string Audience)>(new CommandDefinition(
            $"select provider_id, {Columns} from messages where provider_id = any(@ids) and provider_id <> '' and channel = 'sendgrid'",
            new { ids = told.Where(one => one.Message.Length == 0 && one.ProviderId.Length > 0).Select(one => one.ProviderId).Distinct(StringComparer.Ordinal).ToArray() }, transaction, cancellationToken: ct)))
            .ToLookup(each => each.ProviderId, each => new Mail(each.CustomerId, each.MessageId, each.ToEmail, each.Topic, each.Kind, each.Audience), StringComparer.Ordinal);
        var matched = new List<(Told, Mail)>();
        foreach (var one in told)
        {
            var found = one.Message.Length > 0 ? mails[one.Message].FirstOrDefault(mail => one.Customer.Length == 0 || mail.CustomerId == one.Customer) : named[one.ProviderId].FirstOrDefault();
            if (found is not null) matched.Add((one, found));
        }

        return matched;
    }

    private static bool Follows(Told told) => told.Suppresses is not null || told.Kind == Told.Unsubscribed || told is { Kind: Told.Dropped, Reason: "Unsubscribed Address" };

    /// <summary>False where it was told before.</summary>
    private static async Task<bool> Keep(NpgsqlConnection connection, NpgsqlTransaction transaction, string source, Told told, Mail mail, DateTime now, CancellationToken ct)
    {
        var isNew = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            """
            insert into feedback (customer_id, source, event_id, message_id, kind, at, received_at, url, agent, address, method)
            values (@CustomerId, @source, @EventId, @MessageId, @Kind, @At, @now, @url, @Agent, @Address, @Method) on conflict do nothing returning 1
            """,
            new { mail.CustomerId, source, told.EventId, mail.MessageId, told.Kind, told.At, now, url = PreferenceLinks.Masked(told.Url), told.Agent, told.Address, told.Method }, transaction, cancellationToken: ct)) is not null;
        if (isNew && told.Kind != Told.Clicked) await AddStep.Run(connection, transaction, mail.CustomerId, mail.MessageId, now, told.Kind, source, Words(told), new { told.At, hard = told.Kind == Told.Bounced ? told.Hard : (bool?)null }, ct);
        return isNew;
    }

    private static string Words(Told told) => told.Kind switch
    {
        Told.Bounced => $"{(told.Hard ? "for good" : "for now")}: {told.Reason}".TrimEnd(' ', ':'),
        Told.Opened => "pictures were loaded, by a person or a program",
        _ => told.Reason,
    };

    private async Task Follow(NpgsqlConnection connection, NpgsqlTransaction transaction, string source, Told told, Mail mail, DateTime now, CancellationToken ct)
    {
        var by = By.Provider(source);
        var customer = mail.Audience == Outbox.NewMessage.ToCustomer ? mail.CustomerId : "";
        if (told.Kind is Told.Delivered or Told.Opened or Told.Clicked or Told.Bounced or Told.Complained) await WasSent(connection, transaction, source, mail, customer, now, ct);
        if (customer.Length > 0 && told.Kind is Told.Bounced or Told.Complained)
        {
            await log.Write(connection, transaction, [by.Event(told.Kind == Told.Bounced ? MessageEvents.Bounced : MessageEvents.Complained, customer,
                new { message_id = mail.MessageId, kind = mail.Kind, hard = told.Hard, reason = told.Reason }, now, $"feedback:{told.EventId}")], ct);
        }

        if (told.Suppresses is { } reason) await suppressions.Add(connection, transaction, new(mail.ToEmail, reason, told.Reason, customer, mail.MessageId), by, ct);
        else if (customer.Length > 0 && Follows(told))
        {
            await preferences.Run(connection, transaction, new(customer, mail.ToEmail, ChangePreferences.Provider, by, told.Reason, mail.MessageId),
                new Dictionary<string, bool>(StringComparer.Ordinal) { [mail.Topic] = false }, ct);
        }
    }

    // Whatever it tells about a mail, it had taken it: one that nobody knew about was sent, and is for its customer what it would have been.
    private async Task WasSent(NpgsqlConnection connection, NpgsqlTransaction transaction, string source, Mail mail, string customer, DateTime now, CancellationToken ct)
    {
        var known = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            "update messages set state = 'sent', reason = '', sent_at = @now where customer_id = @CustomerId and message_id = @MessageId and state = 'unknown' and channel = @source returning 1",
            new { mail.CustomerId, mail.MessageId, source, now }, transaction, cancellationToken: ct)) is not null;
        if (known && customer.Length > 0) await log.Write(connection, transaction, Outbox.SentEvents.Of(customer, mail.MessageId, mail.Kind, mail.Topic, source, now), ct);
    }
}
