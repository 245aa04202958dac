using System.Text.RegularExpressions;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates.Brand;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>
/// The links below a customer's mail and the headers with which mail programs offer to unsubscribe (RFC 2369; one click: RFC 8058). Mail to
/// the team has none; one that cannot be switched off leads to the page only.
/// </summary>
public sealed partial class PreferenceLinks(PreferenceTokens tokens)
{
    public sealed record Doors(string Preferences, string Unsubscribe, IReadOnlyList<KeyValuePair<string, string>> Headers)
    {
        public static Doors None { get; } = new("", "", []);
    }

    /// <summary>
    /// A text whose links to these pages lead to the sample: whoever has the real one acts as the recipient, so it is kept and shown nowhere but in the mail.
    /// </summary>
    public static string Masked(string text) => Link().Replace(text, $"/${{page}}/{OpenLink.Sample}");

    [GeneratedRegex("/(?<page>preferences|unsubscribe)/[A-Za-z0-9_-]{39,}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Link();

    /// <summary>For a message that goes out now.</summary>
    public async Task<Doors> For(NpgsqlConnection connection, NpgsqlTransaction? transaction, Message message, CancellationToken ct)
    {
        if (message.Audience != NewMessage.ToCustomer) return Doors.None;
        var topic = await connection.QuerySingleOrDefaultAsync<Topic>(new CommandDefinition(Topic.OneQuery, new { topic = message.Topic }, transaction, cancellationToken: ct)) ?? Topic.Unknown(message.Topic);
        return For(message, topic, (await BrandSettings.Read(connection, ct)).Here);
    }

    /// <param name="message">That goes out.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="here">Where this installation is reached from outside, without a slash at the end.</param>
    public Doors For(Message message, Topic topic, string here)
    {
        if (message.Audience != NewMessage.ToCustomer) return Doors.None;
        var token = tokens.Make(message.CustomerId, message.ToEmail, message.Topic, message.MessageId);
        var page = $"{here}/preferences/{token}";
        if (topic.Transactional) return new(page, "", []);
        var end = $"{here}/unsubscribe/{token}";
        return new(page, end, [new("List-Unsubscribe", $"<{end}>"), new("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]);
    }
}
