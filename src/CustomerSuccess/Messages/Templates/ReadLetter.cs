using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Design;
using CustomerSuccess.Messages.Templates.Facts;
using Npgsql;

namespace CustomerSuccess.Messages.Templates;

/// <summary>A letter's facts and what stands below it.</summary>
public sealed record Letter(object Facts, Frame Frame, string About);

/// <summary>Which facts a kind of message needs, read now. Null where its customer does not exist.</summary>
public static class ReadLetter
{
    /// <summary>Where the reader chooses what to get, and the one click that ends this topic; empty for none.</summary>
    public sealed record Doors(string Preferences, string Unsubscribe)
    {
        public static Doors None { get; } = new("", "");

        /// <summary>Shown in previews and tests: clicking it changes nothing for the customer whose letter it is.</summary>
        public static Doors Shown(BrandSettings brand) => new(brand.Here + "/preferences/sample", brand.Here + "/preferences/sample");
    }

    /// <param name="connection">Open.</param>
    /// <param name="transaction">Of the caller, if any.</param>
    /// <param name="kind">Which letter.</param>
    /// <param name="customer">Whom it is about; empty for all, or for a made-up one.</param>
    /// <param name="to">Who gets it; an empty address is the customer's own.</param>
    /// <param name="moment">What the cause wrote down: a JSON object.</param>
    /// <param name="brand">Who writes.</param>
    /// <param name="doors">Links below it.</param>
    /// <param name="today">The UTC day; where the cause names the end of its week (until), that counts.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async Task<Letter?> Run(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, TemplateKind kind, string customer, Addressee to, JsonElement moment, BrandSettings brand, Doors doors, DateOnly today, CancellationToken ct)
    {
        // A summary speaks of the week it was written for, whenever it goes out: of the days before the date of its run.
        if (DateOnly.TryParseExact(Text(moment, "until"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)) today = until;
        if (kind.Letter == typeof(DigestLetter))
        {
            var digest = await ReadTeamLetter.Run(connection, transaction, to, new(Only(moment, customer), Number(moment, "more"), Text(moment, "owner") is { Length: > 0 } owner ? owner : null), brand, today, ct);
            return new(digest, new(false, "", doors.Preferences, doors.Unsubscribe), "all customers");
        }

        if (kind.ToCustomer)
        {
            return await ReadCustomerLetter.ForCustomer(connection, transaction, customer, to, Moment(moment), brand, doors.Preferences, today, ct) is { } letter
                ? new(letter, new(true, letter.Customer.Organization, doors.Preferences, doors.Unsubscribe), letter.Customer.Organization) : null;
        }

        return await ReadCustomerLetter.ForStaff(connection, transaction, customer, to, Moment(moment), brand, today, ct) is { } staff
            ? new(staff, new(false, "", doors.Preferences, doors.Unsubscribe), staff.Customer.Organization) : null;
    }

    /// <summary>A made-up one.</summary>
    public static Letter Sample(TemplateKind kind, BrandSettings brand) =>
        new(SampleLetters.Of(kind, brand), kind.ToCustomer ? new(true, "Northwind Traders", Doors.Shown(brand).Preferences, Doors.Shown(brand).Unsubscribe) : new(false, "", "", ""), "a made-up customer");

    // Causes name things after the events they come from; all of them are read.
    private static MomentPart Moment(JsonElement facts) => new(
        Text(facts, "url", "pr_url", "issue_url"), Text(facts, "title", "name", "milestone", "blocker_type", "type"), Text(facts, "notes", "description"),
        Number(facts, "points"), Text(facts, "badge"));

    private static int Number(JsonElement facts, string name) =>
        facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;

    private static string[]? Only(JsonElement facts, string customer) =>
        facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty("customers", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
        : customer.Length > 0 ? [customer] : null;

    private static string Text(JsonElement facts, params string[] names)
    {
        foreach (var name in names)
        {
            if (facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text) return text;
        }

        return "";
    }
}
