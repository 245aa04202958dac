using CustomerSuccess.Messages.Consent.Pages;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Consent.Texts;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Messages.Templates.Brand;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Choices;

/// <summary>What the pages behind links in mails have in common: whose link it is, in which language, and what holds for that address now.</summary>
public sealed class OpenLink(PreferenceTokens tokens, AddressKeys keys)
{
    /// <summary>Shown in previews of templates: it belongs to nobody.</summary>
    public const string Sample = "sample";

    /// <summary>An open link. Token null: the sample.</summary>
    public sealed record Opened(PreferenceToken? Token, PageTexts Texts, BrandSettings Brand, IReadOnlyList<Topic> Topics, IReadOnlyDictionary<string, bool> Chosen, string? Suppressed)
    {
        public Topic Topic => Topics.FirstOrDefault(topic => topic.Name == (Token?.Topic ?? Topic.WeeklySummary)) ?? Topic.Unknown(Token?.Topic ?? "");

        public string Address => Masked(Token?.Email ?? "sarah@northwind.example");

        /// <summary>Every topic with what holds, the link's own too where it is not listed.</summary>
        public IReadOnlyList<(Topic Topic, bool Wanted)> Wishes =>
            [.. (Token is null || Topics.Any(topic => topic.Name == Topic.Name) || Topic.Name.Length == 0 ? Topics : Topics.Append(Topic)).Select(topic => (topic, ReadPreferences.Wants(Chosen, topic.Name)))];
    }

    /// <summary>The link, or the page that says why it does not work.</summary>
    public async Task<(Opened? Link, RazorComponentResult<BrokenLinkPage>? Broken)> Run(NpgsqlConnection connection, string token, HttpContext http, CancellationToken ct)
    {
        http.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        var texts = PageTexts.For(http.Request.Query["lang"], http.Request.Headers.AcceptLanguage);
        var brand = await BrandSettings.Read(connection, ct);
        if (token == Sample) return (new(null, texts, brand, await Topic.Read(connection, null, ct), new Dictionary<string, bool>(StringComparer.Ordinal), null), null);
        var (state, read) = tokens.Read(token);
        if (read is null)
        {
            var old = state == PreferenceTokens.State.Old;
            return (null, new(new { Texts = texts, brand.Company, Old = old }) { StatusCode = old ? StatusCodes.Status410Gone : StatusCodes.Status404NotFound });
        }

        var suppressed = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select reason from suppressions where (address_key = @key or email = @email) and removed_at is null limit 1", new { key = keys.Of(read.Email), email = AddressKeys.Plain(read.Email) }, cancellationToken: ct));
        return (new(read, texts, brand, await Topic.Read(connection, null, ct), await ReadPreferences.Chosen(connection, null, read.Customer, read.Email, ct), suppressed), null);
    }

    /// <summary>The form that was sent; an empty one where none can be read.</summary>
    public static async Task<IFormCollection> Form(HttpContext http, CancellationToken ct)
    {
        try
        {
            return http.Request.HasFormContentType ? await http.Request.ReadFormAsync(ct) : FormCollection.Empty;
        }
        catch (InvalidDataException)
        {
            return FormCollection.Empty;
        }
    }

    // Mails are forwarded: whoever else opens the link learns as little as possible.
    private static string Masked(string email) =>
        email.LastIndexOf('@') is var at and > 0 ? $"{email[..(char.IsSurrogatePair(email, 0) ? 2 : 1)]}•••{email[at..]}" : email;
}
