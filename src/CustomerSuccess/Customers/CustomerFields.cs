using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Customers;

/// <summary>The fields of a customer as requests carry them: each checked and put into the form the log keeps. Pure; JSON and forms alike.</summary>
public static class CustomerFields
{
    private const int MostJson = 16 * 1024;

    public static IReadOnlyList<string> Statuses { get; } = ["active", "paused", "churned"];

    /// <summary>Every field that can be set, in the order people read them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "email", "organization", "github_username", "signup_date", "cohort", "industry", "team_size", "plan", "mrr", "owner", "status", "is_test", "external_ids", "traits",
    ];

    /// <summary>
    /// The fields that are there, and what is wrong with them. A new customer needs an email and an organization, signs up today unless
    /// told, and may bring its id. Blank numbers become null.
    /// </summary>
    public static JsonObject Read(JsonElement json, bool isNew, DateOnly today, List<Fault> faults)
    {
        var fields = new JsonObject();
        if (json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new Fault("body", "must be a JSON object"));
            return fields;
        }

        if (StorableJson.Problem(json, 16) is { } problem) faults.Add(new Fault("body", problem));
        if (faults.Count > 0) return fields;
        foreach (var property in json.EnumerateObject())
        {
            // Whose visit the sign-up was: CreateCustomer reads them.
            if (property.Name is "id" or "visitor_id" or "person_id" && isNew) continue;
            if (!Names.Contains(property.Name, StringComparer.Ordinal))
            {
                faults.Add(new Fault(property.Name, $"is no field of a customer; there are {(isNew ? "id, visitor_id, person_id, " : "")}{string.Join(", ", Names)}"));
                continue;
            }

            var (value, wrong) = Check(property.Name, property.Value, today);
            if (wrong is not null) faults.Add(new Fault(property.Name, wrong));
            else fields[property.Name] = value;
        }

        if (!isNew) return fields;
        foreach (var needed in new[] { "email", "organization" })
        {
            if (!json.TryGetProperty(needed, out _)) faults.Add(new Fault(needed, "is missing"));
        }

        fields.TryAdd("signup_date", today.Iso());
        fields.TryAdd("status", "active");
        return fields;
    }

    /// <summary>What is wrong with an id somebody chose, or null.</summary>
    public static string? IdProblem(string id) =>
        id.Length is 0 or > 128 ? "must have 1 to 128 characters"
        : id.StartsWith('~') ? "must not start with ~"
        : id.Any(char.IsControl) ? "must not hold control characters"
        : id is "." or ".." or "new" || id.AsSpan().ContainsAny('/', '\\') ? "cannot stand in an address; choose one without / and \\"
        : id.Trim() != id ? "must not start or end with a space" : null;

    /// <summary>One @ with something on both sides, a dot behind it, and nothing that breaks a header.</summary>
    public static bool IsEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return text.Length <= 254 && at > 0 && at == text.LastIndexOf('@') && text.IndexOf('.', at) > at + 1 && text[^1] != '.'
            && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter is ',' or ';' or '<' or '>');
    }

    private static (JsonNode? Value, string? Wrong) Check(string name, JsonElement value, DateOnly today) => name switch
    {
        "email" => Text(value, 254, required: true, text => IsEmail(text) ? null : "must be an address like name@example.com"),
        "organization" => Text(value, 200, required: true),
        "github_username" => Text(value, 100, also: text => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') ? null : "must be a GitHub name: letters, digits, - and _"),
        "cohort" or "industry" or "plan" => Text(value, 100),
        "owner" => Text(value, 254),
        "status" => Text(value, 20, required: true, text => Statuses.Contains(text, StringComparer.Ordinal) ? null : $"must be one of {string.Join(", ", Statuses)}"),
        "signup_date" => Text(value, 10, required: true, text =>
            Days.TryParse(text, out var day) && day >= EventRules.Earliest && day <= today.AddDays(1) ? null : "must be a day like 2026-11-20, from 2000 on and not in the future"),
        "team_size" => Whole(value),
        "mrr" => Money(value),
        "is_test" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? (value.GetBoolean(), null) : (null, "must be true or false"),
        "external_ids" => Object(value, texts: true),
        _ => Object(value, texts: false),
    };

    private static (JsonNode?, string?) Text(JsonElement value, int most, bool required = false, Func<string, string?>? also = null)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)) return (null, "must be a text");
        var text = (value.GetString() ?? "").Trim();
        if (text.Length == 0 && required) return (null, "must not be empty");
        if (text.Length > most) return (null, string.Create(CultureInfo.InvariantCulture, $"is longer than {most} characters"));
        if (text.Any(char.IsControl)) return (null, "must be one line without control characters");
        return (text, text.Length == 0 ? null : also?.Invoke(text));
    }

    private static (JsonNode?, string?) Whole(JsonElement value) =>
        Blank(value) ? (null, null)
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and <= 10_000_000 ? (number, null)
        : (null, "must be a whole number from 0 to 10,000,000");

    private static (JsonNode?, string?) Money(JsonElement value) =>
        Blank(value) ? (null, null)
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var amount) && amount is >= 0 and < 10_000_000_000m && decimal.Round(amount, 2) == amount ? (amount, null)
        : (null, "must be an amount a month from 0 on, with at most two decimals");

    private static (JsonNode?, string?) Object(JsonElement value, bool texts) =>
        value.ValueKind != JsonValueKind.Object ? (null, "must be a JSON object")
        : value.GetRawText().Length > MostJson ? (null, "is larger than 16 KiB")
        : texts && value.EnumerateObject().Any(each => each.Value.ValueKind != JsonValueKind.String) ? (null, "must hold texts only, as in {\"stripe\": \"cus_1\"}")
        : (JsonNode.Parse(value.GetRawText()), null);

    private static bool Blank(JsonElement value) => value.ValueKind == JsonValueKind.Null || value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString());
}
