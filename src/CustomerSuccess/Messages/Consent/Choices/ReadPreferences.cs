using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Topics;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>What a topic's messages mean to one address: wanted or not, and since when and why where somebody chose.</summary>
public sealed record Preference(string Topic, string Title, bool Transactional, bool Wanted, string? Reason, string? Note, DateTime? ChangedAt, string? ChangedBy);

/// <summary>An address of a customer with what it gets. Suppressed: why it gets nothing at all, or null; SuppressionId names that.</summary>
public sealed record AddressPreferences(string Email, string? Suppressed, string? SuppressionId, IReadOnlyList<Preference> Topics);

/// <summary>Who wants what.</summary>
public static class ReadPreferences
{
    public sealed record Row(string Email, string Topic, bool Wanted, string Reason, string Note, DateTime ChangedAt, string ChangedBy);

    /// <summary>Topic → wanted, as it was chosen for one address.</summary>
    public static async Task<Dictionary<string, bool>> Chosen(NpgsqlConnection connection, NpgsqlTransaction? transaction, string customer, string email, CancellationToken ct) =>
        (await connection.QueryAsync<(string Topic, bool Wanted)>(new CommandDefinition(
            "select topic, wanted from preferences where customer_id = @customer and email = @email", new { customer, email = AddressKeys.Plain(email) }, transaction, cancellationToken: ct)))
        .ToDictionary(each => each.Topic, each => each.Wanted, StringComparer.Ordinal);

    /// <summary>A choice for the topic itself counts; else the one for everything; else it is wanted.</summary>
    public static bool Wants(IReadOnlyDictionary<string, bool> chosen, string topic) =>
        chosen.TryGetValue(topic, out var own) ? own : !chosen.TryGetValue(Topic.Everything, out var all) || all;

    /// <summary>All addresses of a customer: its own, those of its people, and those that chose something once.</summary>
    public static async Task<IReadOnlyList<AddressPreferences>> OfCustomer(NpgsqlConnection connection, string customer, CancellationToken ct)
    {
        var addresses = await connection.QueryAsync<string>(new CommandDefinition(
            """
            select email from customers where customer_id = @customer
            union select email from people where customer_id = @customer and removed_at is null and email <> ''
            """, new { customer }, cancellationToken: ct));
        return await OfAddresses(connection, customer, addresses, ct);
    }

    /// <summary>The same where the addresses are known; those that chose something once come with them.</summary>
    public static async Task<IReadOnlyList<AddressPreferences>> OfAddresses(NpgsqlConnection connection, string customer, IEnumerable<string> addresses, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            "select email, topic, wanted, reason, note, changed_at, changed_by from preferences where customer_id = @customer", new { customer }, cancellationToken: ct)))
            .ToLookup(row => row.Email, StringComparer.Ordinal);
        var topics = await Topic.Read(connection, null, ct);
        var all = addresses.Select(AddressKeys.Plain).Concat(rows.Select(each => each.Key)).Where(email => email.Length > 0).Distinct(StringComparer.Ordinal).Take(200).ToArray();
        var suppressed = (await connection.QueryAsync<(string Email, string Key, string Reason)>(new CommandDefinition(
            "select email, address_key, reason from suppressions where email = any(@all) and removed_at is null", new { all }, cancellationToken: ct)))
            .ToDictionary(each => each.Email, StringComparer.Ordinal);
        return [.. all.Select(email => suppressed.TryGetValue(email, out var row)
            ? new AddressPreferences(email, row.Reason, row.Key, Of(topics, [.. rows[email]])) : new AddressPreferences(email, null, null, Of(topics, [.. rows[email]])))];
    }

    /// <summary>Every topic, and those chosen about that are not listed any more.</summary>
    public static IReadOnlyList<Preference> Of(IReadOnlyList<Topic> topics, IReadOnlyList<Row> rows)
    {
        var everything = rows.FirstOrDefault(row => row.Topic == Topic.Everything);
        var unlisted = rows.Where(row => row.Topic != Topic.Everything && topics.All(topic => topic.Name != row.Topic)).Select(row => Topic.Unknown(row.Topic));
        return [.. topics.Concat(unlisted).Select(topic =>
        {
            var choice = topic.Transactional ? null : rows.FirstOrDefault(row => row.Topic == topic.Name) ?? everything;
            return new Preference(topic.Name, topic.Title, topic.Transactional, choice?.Wanted ?? true, choice?.Reason, choice?.Note, choice?.ChangedAt, choice?.ChangedBy);
        })];
    }
}
