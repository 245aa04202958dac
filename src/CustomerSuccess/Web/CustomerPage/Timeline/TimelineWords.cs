using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Messages;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Web.CustomerPage.Timeline;

/// <summary>An event in words. About: what it is about, as in acme/api #214. Tone: error, warning, success, primary or quiet, for the mark beside it.</summary>
public sealed record Told(string Title, string? Detail = null, string Tone = "quiet", string? About = null)
{
    /// <summary>In one line: Tagged an issue acme/api #214.</summary>
    public string Line => About is null ? Title : $"{Title} {About}";
}

/// <summary>What each type of event says to people. Pure; a type nobody knows is shown with what it carries.</summary>
public static class TimelineWords
{
    /// <summary>The filters of the page: a name and the types behind it.</summary>
    public static IReadOnlyDictionary<string, string[]> Groups { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["onboarding"] =
        [
            EventTypes.Signup, EventTypes.ApiKeyCreated, .. OnboardingSteps.All.Select(step => EventTypes.StepPrefix + step),
            EventTypes.StepReset, EventTypes.Blocked, EventTypes.Unblocked, EventTypes.OnboardingCompleted,
            .. WorkflowEvents.All,
        ],
        ["milestones"] = [EventTypes.MilestoneReached, EventTypes.MilestoneRestated],
        ["usage"] =
        [
            EventTypes.IssueTagged, EventTypes.IssueResolution, EventTypes.PrGenerated, EventTypes.PrMerged, EventTypes.PrRejected,
            EventTypes.EngagementRecorded, EventTypes.ApiCall, EventTypes.ApiCallsFailed, EventTypes.SupportRequest, EventTypes.PageView,
        ],
        ["billing"] = [EventTypes.PaymentSucceeded, EventTypes.PaymentFailed, EventTypes.SubscriptionChanged],
        ["health"] = [EventTypes.HealthChanged],
        ["staff"] = [EventTypes.NoteAdded, EventTypes.NoteRemoved, EventTypes.NoteRestored, EventTypes.CustomerCreated, EventTypes.CustomerUpdated, EventTypes.PersonUpdated, EventTypes.IdentityLinked, EventTypes.IdentityUnlinked],
    };

    /// <param name="type">As in the log.</param>
    /// <param name="properties">What it carries.</param>
    /// <param name="url">The page of a page view.</param>
    public static Told Of(string type, JsonElement properties, string? url = null) => type switch
    {
        EventTypes.CustomerCreated => new("Customer added", Text(properties, "email")),
        EventTypes.CustomerUpdated => Updated(properties),
        EventTypes.PersonUpdated => new(Flag(properties, "removed") == true ? "Person removed" : Flag(properties, "removed") == false ? "Person brought back" : "Person saved", FirstOf(properties, "name", "email", "role")),
        EventTypes.Signup => new("Signed up", Text(properties, "email"), "primary"),
        EventTypes.ApiKeyCreated => new("API key made", Text(properties, "key_id")),
        EventTypes.ApiCall => new("API call", Text(properties, "status") is { } status ? $"status {status}" : null),
        EventTypes.ApiCallsFailed => new($"{(Text(properties, "calls") is { } calls and not "1" ? calls + " API calls" : "API call")} refused", Text(properties, "status") is { } refused ? $"status {refused}" : null, "warning"),
        EventTypes.StepReset => new($"{OnboardingSteps.Title(Text(properties, "step") ?? "")} reset", null, "warning"),
        EventTypes.OnboardingCompleted => new("Onboarding completed", null, "success"),
        "task_started" => new($"Task started: {TaskTitle(properties)}", Text(properties, "note")),
        "task_completed" => new($"Task completed: {TaskTitle(properties)}", Text(properties, "note"), "success"),
        "task_skipped" => new($"Task skipped: {TaskTitle(properties)}", Text(properties, "note"), "warning"),
        "task_failed" => new($"Task failed: {TaskTitle(properties)}", Text(properties, "note"), "error"),
        "task_retried" => new($"Task open again: {TaskTitle(properties)}", Text(properties, "note")),
        WorkflowEvents.StageUnlocked => new($"Stage opened by hand: {TaskTitle(properties)}", Text(properties, "note")),
        WorkflowEvents.StageCompleted => new($"Stage completed: {TaskTitle(properties)}", null, "success"),
        WorkflowEvents.Started => new("Onboarding began", $"version {Text(properties, "version")}"),
        WorkflowEvents.Moved => new("Moved to another version of the onboarding", $"version {Text(properties, "from")} → {Text(properties, "version")}"),
        EventTypes.MilestoneReached => new($"Milestone reached: {TitleOf(properties)}", Earned(properties), "success"),
        EventTypes.MilestoneRestated => new($"Milestone moved to an earlier day: {TitleOf(properties)}", "a late event tells of it"),
        EventTypes.Blocked => new($"Blocker recorded: {Words.Plain(Text(properties, "blocker_type") ?? "")}", Text(properties, "notes"), "error"),
        EventTypes.Unblocked => new(Text(properties, "blocker_type") is { } was ? $"Blocker solved: {Words.Plain(was)}" : "Blocker solved", Text(properties, "notes"), "success"),
        EventTypes.EngagementRecorded => new("Activity recorded", Counted(properties)),
        EventTypes.IssueTagged => new("Tagged an issue", About: About(properties, "issue_url")),
        EventTypes.PrGenerated => new("Generated a PR", null, "primary", About(properties, "pr_url")),
        EventTypes.PrMerged => new("Merged a PR", null, "success", About(properties, "pr_url")),
        EventTypes.PrRejected => new("Rejected a PR", null, "warning", About(properties, "pr_url")),
        EventTypes.IssueResolution => Resolution(properties),
        EventTypes.SupportRequest => new(Text(properties, "topic") is { } topic ? $"Support request: {Words.Plain(topic)}" : "Support request", Text(properties, "message"), "error"),
        EventTypes.NoteAdded => new("Note", Text(properties, "text"), "primary"),
        EventTypes.NoteRemoved => new("Note removed"),
        EventTypes.NoteRestored => new("Note brought back"),
        EventTypes.HealthChanged => Health(properties),
        EventTypes.PaymentSucceeded => new($"Paid {Amount(properties)}", FirstOf(properties, "number", "invoice") is { } paid ? $"invoice {paid}" : null, "success"),
        EventTypes.PaymentFailed => new($"Payment of {Amount(properties)} failed", string.Join(", ", new[] { FirstOf(properties, "number", "invoice") is { } due ? $"invoice {due}" : null, Text(properties, "attempt") is { } attempt ? $"attempt {attempt}" : null }.OfType<string>()), "error"),
        EventTypes.SubscriptionChanged => Subscription(properties),
        EventTypes.IdentityLinked => new(Text(properties, "identity") is { Length: > 3 } known ? $"Recognised {Identity.Word(Identity.Kind(known))} {Identity.Id(known)}" : "Recognised somebody", LinkRules.Words(Text(properties, "rule") ?? "")),
        EventTypes.EmailSent => new($"Message sent: {Messages.Pages.KindName.Of(Text(properties, "kind") ?? "")}", Text(properties, "channel") is { } channel ? $"by {Messages.Pages.ChannelName.Of(channel)}" : null),
        MessageEvents.Unsubscribed => new($"Unsubscribed from {Words.Plain(Text(properties, "topic") ?? "")}", How(properties), "warning"),
        MessageEvents.Resubscribed => new($"Wants {Words.Plain(Text(properties, "topic") ?? "")} again", How(properties), "success"),
        MessageEvents.Suppressed => new("Gets no mail any more", $"{Text(properties, "email")}: {SuppressionList.Words(Text(properties, "reason") ?? "")}", "error"),
        MessageEvents.Unsuppressed => new("Gets mail again", FirstOf(properties, "email") is { } whose ? $"{whose}: {Text(properties, "reason")}" : Text(properties, "reason"), "success"),
        MessageEvents.Bounced => new($"Mail came back: {Messages.Pages.KindName.Of(Text(properties, "kind") ?? "")}", Text(properties, "reason"), "warning"),
        MessageEvents.Complained => new($"Marked as spam: {Messages.Pages.KindName.Of(Text(properties, "kind") ?? "")}", null, "error"),
        MessageEvents.Clicked => new($"Followed a link in {Messages.Pages.KindName.Of(Text(properties, "kind") ?? "")}", Text(properties, "url") is { } link ? Short(link) : null, "primary"),
        EventTypes.PageView => new("Visited a page", url is null ? null : Short(url)),
        _ when type.StartsWith(EventTypes.StepPrefix, StringComparison.Ordinal) && OnboardingSteps.Exists(type[EventTypes.StepPrefix.Length..]) =>
            new(OnboardingSteps.Title(type[EventTypes.StepPrefix.Length..]), Flag(properties, "untimed") == true ? "unknown time" : null, "primary"),
        _ => new(Words.Plain(type), Plainly(properties)),
    };

    /// <summary>Several of one type on one day as one line; null where each stands for itself.</summary>
    public static string? Many(string type, int count) => type switch
    {
        EventTypes.IssueTagged => $"Tagged {Words.Count(count, "issue")}",
        EventTypes.PrGenerated => $"Generated {Words.Count(count, "PR")}",
        EventTypes.PrMerged => $"Merged {Words.Count(count, "PR")}",
        EventTypes.PrRejected => $"Rejected {Words.Count(count, "PR")}",
        EventTypes.ApiCall => Words.Count(count, "API call"),
        EventTypes.PageView => $"Visited {Words.Count(count, "page")}",
        EventTypes.IssueResolution => $"Worked on {Words.Count(count, "issue")}",
        _ => null,
    };

    /// <summary>What one of many is about, where it says: acme/api #214.</summary>
    public static string? Reference(string type, JsonElement properties) =>
        (Text(properties, type is EventTypes.IssueTagged or EventTypes.IssueResolution ? "issue_url" : "pr_url")) is { } url ? Short(url) : null;

    /// <summary>https://github.com/acme/api/pull/214 → acme/api #214; other addresses without https.</summary>
    public static string Short(string url)
    {
        var plain = url.Split('?', '#')[0];
        var parts = plain.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 6 && parts[4] is "issues" or "pull" or "pulls" && parts[1].Contains("github", StringComparison.OrdinalIgnoreCase)) return $"{parts[2]}/{parts[3]} #{parts[5]}";
        var rest = plain.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? plain[8..] : plain.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? plain[7..] : plain;
        return rest.Length > 80 ? rest[..79] + "…" : rest;
    }

    // alice@example.com, by one click in a mail
    private static string How(JsonElement properties) => string.Join(", ", new[] { Text(properties, "email"), Text(properties, "reason") switch { "one_click" => "by one click in the mail program", "page" => "on the preference page", "provider" => "at the provider", _ => null }, Text(properties, "note") }.OfType<string>());

    // 29.00 USD: the currency is the payment's, not the installation's.
    private static string Amount(JsonElement properties) => $"{Text(properties, "amount") ?? "?"} {Text(properties, "currency")?.ToUpperInvariant()}".TrimEnd();

    private static Told Subscription(JsonElement properties)
    {
        var (change, status, plan) = (Text(properties, "change"), Text(properties, "status"), Text(properties, "plan"));
        var ends = Flag(properties, "cancel_at_period_end") == true;
        var month = Text(properties, "mrr") is { } mrr ? $"{mrr} {Text(properties, "currency")?.ToUpperInvariant()} a month" : null;
        var until = ends && Text(properties, "current_period_end") is { Length: >= 10 } end ? $"ends {end[..10]}" : null;
        return new(
            change == "deleted" ? "Subscription ended" : change == "created" ? "Subscription began" : ends ? "Subscription will end" : "Subscription changed",
            string.Join(", ", new[] { plan, month, status is null or "active" || change == "deleted" ? null : Words.Plain(status), until }.OfType<string>()),
            change == "deleted" || status is "unpaid" or "canceled" ? "error" : ends || status is "past_due" ? "warning" : "primary");
    }

    private static Told Updated(JsonElement properties)
    {
        if (properties.TryGetProperty("archived_at", out var archived)) return archived.ValueKind == JsonValueKind.Null ? new("Brought back from the archive") : new("Archived", null, "warning");
        if (Text(properties, "status") is { } status) return new($"Account {status}", null, status == "churned" ? "error" : "quiet");
        var changes = properties.EnumerateObject().Where(field => field.Name != "onboarding_row")
            .Select(field => field.Value.ValueKind == JsonValueKind.Object ? Words.Plain(field.Name) : $"{Words.Plain(field.Name)}: {Value(field.Value)}");
        return new("Details changed", Cut(string.Join(", ", changes)));
    }

    private static Told Resolution(JsonElement properties)
    {
        var fixedOne = Flag(properties, "success") != false;
        var pr = Text(properties, "pr_url") is { } url ? $"PR {Short(url)}" : null;
        var took = properties.TryGetProperty("duration_ms", out var ms) && ms.TryGetDecimalOrNot(out var value) && value is >= 1000 and < 1_000_000_000_000 ? $"took {Duration(value / 1000)}" : null;
        return new(
            fixedOne ? "Fixed an issue" : "Could not fix an issue", pr is null ? took : took is null ? pr : $"{pr}, {took}", fixedOne ? "primary" : "warning", About(properties, "issue_url"));
    }

    private static string Duration(decimal seconds) =>
        seconds < 120 ? $"{(long)seconds} s" : seconds < 7200 ? $"{(long)seconds / 60} min" : $"{(long)seconds / 3600} hours";

    private static bool TryGetDecimalOrNot(this JsonElement value, out decimal number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out number);
    }

    private static Told Health(JsonElement properties)
    {
        var status = Text(properties, "status") ?? "";
        var from = Text(properties, "from_status") is { } before ? $"before: {Words.Status(before)}, {Text(properties, "from_score")}" : null;
        return new($"Health is {Words.Status(status).ToLowerInvariant()} ({Text(properties, "score")})", from, status switch { "at_risk" or "inactive" => "error", "needs_attention" => "warning", _ => "success" });
    }

    private static string? Counted(JsonElement properties)
    {
        var parts = new[] { ("issues_tagged", "issue tagged", "issues tagged"), ("prs_generated", "PR generated", "PRs generated"), ("prs_merged", "PR merged", "PRs merged"), ("prs_rejected", "PR rejected", "PRs rejected"), ("support_requests", "support request", "support requests") }
            .Select(each => (Count: properties.TryGetProperty(each.Item1, out var n) && n.TryGetDecimalOrNot(out var count) ? (long)count : 0, each.Item2, each.Item3))
            .Where(each => each.Count != 0)
            .Select(each => each.Count < 0 ? $"−{Words.Count(-each.Count, each.Item2, each.Item3)}" : Words.Count(each.Count, each.Item2, each.Item3));
        return string.Join(", ", parts) is { Length: > 0 } text ? text : "nothing counted";
    }

    private static string? About(JsonElement properties, string name) => Text(properties, name) is { } url ? Short(url) : null;

    private static string TitleOf(JsonElement properties) => FirstOf(properties, "title") ?? Words.Plain(FirstOf(properties, "milestone") ?? "");

    // 25 points, badge First fix; found later
    private static string? Earned(JsonElement properties) => string.Join(", ", new[]
    {
        properties.TryGetProperty("points", out var n) && n.TryGetDecimalOrNot(out var points) && points is > 0 and < 1_000_000 ? Words.Count((long)points, "point") : null,
        Text(properties, "badge") is { } badge ? $"badge {badge}" : null,
        Text(properties, "rule"),
    }.OfType<string>()) is { Length: > 0 } text ? text : null;

    private static string TaskTitle(JsonElement properties) => FirstOf(properties, "title") ?? Words.Plain(FirstOf(properties, "task", "stage") ?? "");

    private static string? FirstOf(JsonElement properties, params string[] names) => names.Select(name => Text(properties, name)).FirstOrDefault(text => text is not null);

    private static bool? Flag(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null } : null;

    private static string? Text(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number && Value(value) is { Length: > 0 } text ? text : null;

    private static string? Plainly(JsonElement properties) =>
        Cut(string.Join(", ", properties.EnumerateObject().Take(6).Select(field => $"{Words.Plain(field.Name)}: {Value(field.Value)}"))) is { Length: > 0 } text ? text : null;

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "none",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => value.GetRawText(),
    };

    private static string Cut(string text) => text.Length > 160 ? text[..159] + "…" : text;
}
