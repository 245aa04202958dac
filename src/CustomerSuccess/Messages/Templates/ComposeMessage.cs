using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Messages.Templates.Testing;
using CustomerSuccess.Messages.Templates.Versions;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Templates;

/// <summary>A message as it goes out. Headers beside From, To and Subject, for example List-Unsubscribe.</summary>
public sealed record Composed(string Subject, string Html, string Text, string Version)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>The mail, or why there is none: the missing variable by name.</summary>
public sealed record Composition(Composed? Mail, string Problem = "");

/// <summary>Makes the mail of a message out of its template and what is known about the customer now.</summary>
public sealed class ComposeMessage(PreferenceLinks links, TimeProvider clock)
{
    public async Task<Composition> Run(NpgsqlConnection connection, NpgsqlTransaction? transaction, Message message, CancellationToken ct)
    {
        if (TemplateKind.Find(message.Kind) is not { } kind) return new(null, $"There is no template for {message.Kind}.");
        var facts = JsonElement.Parse(message.Facts);
        var brand = await BrandSettings.Read(connection, ct);
        if (TestMail.Of(facts) is { } test) return await test.Compose(connection, transaction, kind, brand, clock.Today(), ct);

        var current = await TemplateVersion.Current(connection, transaction, kind, ct);
        var doors = await links.For(connection, transaction, message, ct);
        var letter = await ReadLetter.Run(
            connection, transaction, kind, message.CustomerId, new(kind.Name, message.ToEmail, message.ToName), facts, brand, new(doors.Preferences, doors.Unsubscribe), clock.Today(), ct);
        if (letter is null) return new(null, $"There is no customer {message.CustomerId}.");
        try
        {
            var made = MakeMail.Run(current.Text, letter.Facts, brand, letter.Frame);
            return new(new Composed(made.Subject, made.Html, made.Text, current.Version.ToString(CultureInfo.InvariantCulture)) { Headers = doors.Headers });
        }
        catch (TemplateFailed error)
        {
            return new(null, $"The template {kind.Name}, version {current.Version}, cannot be filled: {error.Message}");
        }
    }
}
