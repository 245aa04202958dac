using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Webhooks.Deliveries;

namespace CustomerSuccess.Webhooks.GitHub;

/// <summary>What the company told us about its GitHub App.</summary>
/// <param name="Label">The label that means: this issue is for the app. Without regard to case.</param>
/// <param name="App">The app's slug or login, with or without [bot]; empty: no pull request counts.</param>
public sealed record GitHubRules(string Label, string App)
{
    /// <summary>A pull request of the app: opened by its bot user, by a machine user of that name, or through the app.</summary>
    public bool IsOurs(JsonElement pull) =>
        App.Length > 0 && new[] { pull.At("user", "login").Text(), pull.At("performed_via_github_app", "slug").Text() }.Any(name => name is not null && Slug(name) == Slug(App));

    private static string Slug(string name) => name.Trim().ToLowerInvariant().Replace("[bot]", "", StringComparison.Ordinal);
}

/// <summary>A GitHub delivery to events (SPEC §1.3). Pure: delivered again, or fetched days later, it becomes the same events.</summary>
public static class TranslateGitHub
{
    private const string Source = "github";

    /// <summary>The kinds that can become events; all others are counted and let go.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["installation.created", "issues.labeled", "pull_request.opened", "pull_request.closed"];

    /// <param name="name">X-GitHub-Event.</param>
    /// <param name="id">X-GitHub-Delivery: the id of the event it becomes.</param>
    /// <param name="payload">The body.</param>
    /// <param name="rules">Which label, whose pull requests.</param>
    /// <param name="received">When it came.</param>
    public static Reading Read(string name, string id, JsonElement payload, GitHubRules rules, DateTime received)
    {
        var kind = KindOf(name, payload.At("action").Text());
        var account = Account(payload);
        if (!Kinds.Contains(kind, StringComparer.Ordinal)) return Reading.Ignored(kind, account, "unknown_kind", "Nothing follows from this kind.");
        if (account is null) return Reading.Ignored(kind, null, "no_account", "The payload names no account.");
        return kind switch
        {
            "installation.created" => new(kind, account, [Step(Steps.GithubActionInstalled, payload.At("installation", "created_at"))]),
            "issues.labeled" => Labeled(),
            "pull_request.opened" => Pull(EventTypes.PrGenerated, "created_at", Steps.FirstPrGenerated),
            _ when payload.At("pull_request", "merged").Is(true) => Pull(EventTypes.PrMerged, "merged_at"),
            _ => Pull(EventTypes.PrRejected, "closed_at"),
        };

        Reading Labeled()
        {
            var (issue, label) = (payload.At("issue"), payload.At("label", "name").Words(100));
            if (!string.Equals(label, rules.Label, StringComparison.OrdinalIgnoreCase))
                return Reading.Ignored(kind, account, "other_label", $"The label is '{label}', not '{rules.Label}'.");
            return issue.At("html_url").Text(900) is not { } url ? Reading.Ignored(kind, account, "malformed", "The issue has no address.")
                : new(kind, account, [
                    Event(EventTypes.IssueTagged, issue.At("updated_at"), new { issue_url = url, repository = Repository(), number = issue.At("number").Whole(), title = issue.At("title").Words(200), label }),
                    Step(Steps.FirstIssueTagged, issue.At("updated_at")),
                ]);
        }

        Reading Pull(string type, string when, string? step = null)
        {
            var pull = payload.At("pull_request");
            if (rules.App.Length == 0) return Reading.Ignored(kind, account, "no_app", "Which pull requests are the app's is not set: Settings, Webhooks.");
            if (!rules.IsOurs(pull)) return Reading.Ignored(kind, account, "not_the_app", $"Opened by '{pull.At("user", "login").Words(100)}', not by '{rules.App}'.");
            if (pull.At("html_url").Text(900) is not { } url) return Reading.Ignored(kind, account, "malformed", "The pull request has no address.");
            var pr = Event(type, pull.At(when), new { pr_url = url, repository = Repository(), number = pull.At("number").Whole(), title = pull.At("title").Words(200) });
            return new(kind, account, step is null ? [pr] : [pr, Step(step, pull.At(when))]);
        }

        string? Repository() => payload.At("repository", "full_name").Words(200);

        Envelope Step(string step, JsonElement at) => Event(EventTypes.StepPrefix + step, at, new { step }) with { Id = "step:" + id };

        Envelope Event(string type, JsonElement at, object properties) => new()
        {
            Id = id,
            Source = Source,
            Type = type,
            GroupId = account,
            OccurredAt = Instant(at, received),
            ReceivedAt = received,
            Properties = JsonSerializer.Serialize(properties, Reading.Written),
        };
    }

    /// <summary>issues and labeled → issues.labeled; ping → ping.</summary>
    public static string KindOf(string name, string? action) => action is null ? Payload.Kind(name) : $"{Payload.Kind(name)}.{Payload.Kind(action)}";

    /// <summary>github:login of the account the app is installed on, else of the owner of the repository; GitHub names know no case.</summary>
    private static string? Account(JsonElement payload) =>
        (payload.At("installation", "account", "login").Text(100) ?? payload.At("repository", "owner", "login").Text(100) ?? payload.At("organization", "login").Text(100)) is { } login
            ? $"github:{login.ToLowerInvariant()}" : null;

    // GitHub's clock is right, and seconds since 1970 are what old installations carry.
    private static DateTime Instant(JsonElement at, DateTime received)
    {
        var said = at.Whole() is { } seconds and > 0 and < 4_102_444_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime
            : DateTimeOffset.TryParse(at.Text(40), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcDateTime : received;
        return ReadEnvelope.Occurred(Days.Micro(said), null, received).Occurred;
    }
}
