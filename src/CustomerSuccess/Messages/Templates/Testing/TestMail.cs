using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Messages.Templates.Versions;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Testing;

/// <summary>A template that somebody sends to themselves: a customer's letter with that customer's facts, and no link that would do anything to the customer.</summary>
/// <param name="Customer">Whose; empty for a made-up one.</param>
/// <param name="Words">What stood in the editor; null for what is sent now.</param>
public sealed record TestMail(string Customer, TemplateText? Words)
{
    /// <summary>What the outbox keeps of it.</summary>
    public string Facts() => JsonSerializer.Serialize(new { test = this }, JsonSerializerOptions.Web);

    /// <summary>Null where a message is none.</summary>
    public static TestMail? Of(JsonElement facts) =>
        facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.Object ? test.Deserialize<TestMail>(JsonSerializerOptions.Web) : null;

    /// <summary>Queues it as every other message: the way out is tried, too.</summary>
    public Task<string?> Queue(NpgsqlConnection connection, TemplateKind kind, string email, string name, CancellationToken ct) => QueueMessage.Add(connection, null,
        new NewMessage(NewMessage.OfNobody, $"test:{Guid.CreateVersion7():N}", kind.Name, "team", email) { ToName = name, Audience = NewMessage.ToTeam, Facts = Facts() }, ct);

    public async Task<Composition> Compose(NpgsqlConnection connection, NpgsqlTransaction? transaction, TemplateKind kind, BrandSettings brand, DateOnly today, CancellationToken ct)
    {
        var current = await TemplateVersion.Current(connection, transaction, kind, ct);
        var letter = Customer.Length == 0 && kind.Letter != typeof(DigestLetter) ? ReadLetter.Sample(kind, brand)
            : await ReadLetter.Run(connection, transaction, kind, Customer, new(kind.Name, "", ""), default, brand, ReadLetter.Doors.Shown(brand), today, ct);
        if (letter is null) return new(null, $"There is no customer {Customer}.");
        try
        {
            var made = MakeMail.Run(Words ?? current.Text, letter.Facts, brand, letter.Frame);
            return new(new Composed("[Test] " + made.Subject, made.Html, made.Text, Words is null ? current.Version.ToString(CultureInfo.InvariantCulture) : "draft"));
        }
        catch (TemplateFailed error)
        {
            return new(null, error.Message);
        }
    }
}
