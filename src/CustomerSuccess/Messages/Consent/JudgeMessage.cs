using CustomerSuccess.Messages.Consent.Limits;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent;

/// <summary>Whether a message may go out now.</summary>
public abstract record Judgement
{
    public sealed record Send : Judgement;

    /// <summary>Not now. Until is an instant of the product's clock. Winner: the id of the message that took its place.</summary>
    public sealed record Defer(DateTime Until, string Reason) : Judgement
    {
        public string? Winner { get; init; }
    }

    /// <summary>Never: the recipient does not want it, or the address does not work.</summary>
    public sealed record Suppress(string Reason) : Judgement;

    /// <summary>Never: another one was more important (its id), or the cause is gone.</summary>
    public sealed record Drop(string Reason, string? Winner = null) : Judgement;
}

/// <summary>
/// Asked each time a message is about to go out, in the transaction that then commits it as being sent, and one at a time for
/// each address: what it reads about messages sent before is complete, and the place it takes is taken.
/// </summary>
public sealed class JudgeMessage(AddressKeys keys)
{
    // Due at about the same time: whoever was put off to the same minute competes.
    private const int MostRivals = 50;

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5), OneDay = TimeSpan.FromDays(1);

    private static readonly string Facts = Sql.Read("Messages/Consent/circumstances.sql");

    public async Task<Judgement> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, DateTime now, CancellationToken ct)
    {
        var all = await Read(connection, transaction, message, now, ct);
        var judgement = Decide.Of(all);
        if (judgement is Judgement.Send && message.Audience == NewMessage.ToCustomer && !all.Topic.Transactional) await Hold(connection, transaction, message, now, ct);
        return judgement;
    }

    private sealed record Chosen(string Topic, bool Wanted, string Reason, DateTime ChangedAt);

    private async Task<Circumstances> Read(NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, DateTime now, CancellationToken ct)
    {
        var email = AddressKeys.Plain(message.ToEmail);
        var args = new
        {
            topic = message.Topic,
            customer = message.CustomerId,
            id = message.MessageId,
            key = keys.Of(email),
            email,
            everything = Topic.Everything,
            since = now - Caps.Longest,
            until = now + Skew,
        };
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(Facts, args, transaction, cancellationToken: ct));
        var (age, over) = await read.ReadSingleOrDefaultAsync<(double Age, string? Over)>();
        var limits = MailLimits.Parse(await read.ReadSingleOrDefaultAsync<string?>());
        var topic = await read.ReadSingleOrDefaultAsync<Topic>() ?? Topic.Unknown(message.Topic);
        var customer = await read.ReadSingleOrDefaultAsync<Circumstances.Account>();
        var suppressed = await read.ReadSingleOrDefaultAsync<(string Reason, DateTime At)?>();
        var chosen = (await read.ReadAsync<Chosen>()).AsList();
        var holds = (await read.ReadAsync<Circumstances.Hold>()).AsList();
        await read.DisposeAsync();

        var choice = chosen.Find(each => each.Topic == topic.Name) ?? chosen.Find(each => each.Topic == Topic.Everything);
        var all = new Circumstances(message, topic, limits, now)
        {
            Age = TimeSpan.FromSeconds(age),
            Over = over,
            Customer = customer,
            Suppressed = suppressed is { } why ? $"{SuppressionList.Words(why.Reason)} on {why.At:yyyy-MM-dd}" : null,
            Unwanted = choice is { Wanted: false } no ? $"unsubscribed from {(no.Topic == Topic.Everything ? "everything" : topic.Title)} on {no.ChangedAt:yyyy-MM-dd}" : null,
            Holds = holds,
        };
        return message.Audience != NewMessage.ToCustomer || topic.Transactional ? all : all with
        {
            Holds = await Kept(connection, transaction, holds, ct),
            Rivals = topic.Pace == Pace.Planned ? await Rivals(connection, transaction, message, email, ct) : [],
        };
    }

    // A place that was taken by a message that then did not go is free again.
    private static async Task<IReadOnlyList<Circumstances.Hold>> Kept(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Circumstances.Hold> holds, CancellationToken ct)
    {
        if (holds.Count == 0) return holds;
        var ended = (await connection.QueryAsync<string>(new CommandDefinition(
            "select message_id from messages where customer_id = any(@customers) and message_id = any(@ids) and state in ('failed', 'suppressed', 'dropped')",
            new { customers = holds.Select(hold => hold.CustomerId).Distinct(StringComparer.Ordinal).ToArray(), ids = holds.Select(hold => hold.MessageId).ToArray() },
            transaction, cancellationToken: ct))).ToHashSet(StringComparer.Ordinal);
        return holds.FindAll(hold => !ended.Contains(hold.MessageId));
    }

    private static async Task<IReadOnlyList<Circumstances.Rival>> Rivals(NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, string email, CancellationToken ct) =>
        (await connection.QueryAsync<Circumstances.Rival>(new CommandDefinition(
            Sql.Read("Messages/Consent/rivals.sql"),
            new { email = message.ToEmail, plain = email, id = message.MessageId, priority = message.Priority, everything = Topic.Everything, MostRivals },
            transaction, cancellationToken: ct))).AsList();

    private async Task Hold(NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, DateTime now, CancellationToken ct) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            -- By the later of two clocks one that runs ahead would forget what still counts.
            delete from message_holds where address_key = @key and at < least(@old, now() - @kept);
            insert into message_holds (address_key, message_id, customer_id, kind, at) values (@key, @MessageId, @CustomerId, @Kind, @now)
            on conflict (address_key, message_id) do update set at = excluded.at
            """,
            new { key = keys.Of(message.ToEmail), message.MessageId, message.CustomerId, message.Kind, now, old = now - Caps.Longest - OneDay, kept = Caps.Longest + OneDay },
            transaction, cancellationToken: ct));
}
