using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Templates.Design;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Brand;

/// <summary>What to do for a step of onboarding, in words for the customer, and where.</summary>
public sealed record StepWords(string Step, string Title, string Link);

/// <summary>Who writes to customers, and how it looks: everything in mails that is the company's own. From whose address is set with the channels.</summary>
public sealed record BrandSettings
{
    public const string Name = "brand";

    public string Company { get; init; } = "Our team";

    /// <summary>#rrggbb; darkened or lightened where it could not be read.</summary>
    public string Colour { get; init; } = "#3b5bdb";

    /// <summary>https address of a picture, shown 32 pixels high; empty: the company's name.</summary>
    public string Logo { get; init; } = "";

    /// <summary>Where customers use the product.</summary>
    public string App { get; init; } = "https://example.com/app";

    public string Docs { get; init; } = "https://example.com/docs";

    /// <summary>Postal address, which marketing mail must show in many countries.</summary>
    public string Address { get; init; } = "";

    /// <summary>Where this installation is reached: in links for staff and to the preference page. No slash at the end.</summary>
    public string Here { get; init; } = "http://127.0.0.1:5080";

    public IReadOnlyList<StepWords> Steps { get; init; } =
    [
        new(OnboardingSteps.WelcomeEmailSent, "Read the welcome email", ""),
        new(OnboardingSteps.AccountCreated, "Open your account", ""),
        new(OnboardingSteps.GithubActionInstalled, "Install the GitHub Action", ""),
        new(OnboardingSteps.FirstIssueTagged, "Tag your first issue", ""),
        new(OnboardingSteps.FirstPrGenerated, "Get your first pull request", ""),
    ];

    public static BrandSettings Usual { get; } = new();

    /// <summary>Whether readers of a mail can reach this installation: links to unsubscribe lead here, and mail programs follow https alone (RFC 8058).</summary>
    public static bool IsPublic(string here) => Uri.TryCreate(here, UriKind.Absolute, out var uri) && uri.Scheme == "https" && !uri.IsLoopback && uri.Host.Contains('.', StringComparison.Ordinal);

    /// <summary>What mails say that is nobody's: still the example it came with.</summary>
    public IEnumerable<string> Examples()
    {
        if (Company == Usual.Company) yield return "the company's name";
        if (App == Usual.App) yield return "where your product is";
        if (Docs == Usual.Docs) yield return "where its documentation is";
    }

    internal Colour Parsed => Design.Colour.Parse(Colour) ?? new Colour(0x3b, 0x5b, 0xdb);

    /// <summary>What to do for a step; the step's own name where nobody wrote better words.</summary>
    public StepWords WordsFor(string step) => Steps.FirstOrDefault(each => each.Step == step) is { Title.Length: > 0 } words
        ? words with { Link = words.Link.Length > 0 ? words.Link : App } : new(step, OnboardingSteps.Title(step), App);

    public IEnumerable<Fault> Faults()
    {
        if (Company.Trim().Length is 0 or > 80) yield return new("company", "must be a name of at most 80 characters");
        if (Design.Colour.Parse(Colour) is null) yield return new("colour", "must be a colour like #3b5bdb");
        if (Logo.Length > 0 && !CleanHtml.Leads(Logo, "https")) yield return new("logo", "must be the https:// address of a picture");
        if (!CleanHtml.Leads(App, "https", "http")) yield return new("app", "must be an address like https://app.example.com");
        if (!CleanHtml.Leads(Docs, "https", "http")) yield return new("docs", "must be an address like https://docs.example.com");
        if (!CleanHtml.Leads(Here, "https", "http") || Here.EndsWith('/')) yield return new("here", "must be an address like https://success.example.com, without a slash at the end");
        if (Address.Length > 300 || Address.Any(char.IsControl)) yield return new("address", "must be one line of at most 300 characters");
        foreach (var step in Steps)
        {
            if (step.Title.Length > 80 || step.Title.Any(char.IsControl)) yield return new("step_" + step.Step, "must be one line of at most 80 characters");
            if (step.Link.Length > 0 && !CleanHtml.Leads(step.Link, "https", "http")) yield return new("link_" + step.Step, "must be an address like https://docs.example.com/start, or empty");
        }
    }

    public static async Task<BrandSettings> Read(NpgsqlConnection connection, CancellationToken ct) =>
        await SavedSetting.Read(connection, null, Name, ct) is { } saved ? JsonSerializer.Deserialize<BrandSettings>(saved.Value, JsonSerializerOptions.Web)! : Usual;

    /// <summary>CS_PUBLIC_URL comes first: it is written over what the page says.</summary>
    public static Task Reach(NpgsqlConnection connection, string here, DateTime now, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        """
        insert into settings (name, value, changed_at, changed_by) values ('brand', jsonb_build_object('here', @here), @now, 'system')
        on conflict (name) do update set value = settings.value || excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        where settings.value ->> 'here' is distinct from excluded.value ->> 'here'
        """, new { here, now }, cancellationToken: ct));

    public Task Save(NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, DateTime now, CancellationToken ct) =>
        SavedSetting.Write(connection, transaction, Name, JsonSerializer.Serialize(this, JsonSerializerOptions.Web), actor, now, ct);
}
