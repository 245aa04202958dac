using System.Security.Claims;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using Dapper;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Web.CustomerList;

/// <summary>Which customers, in what order, from where: the whole state of the list, as it stands in the URL. Unknown values are ignored.</summary>
public sealed record CustomerFilter
{
    /// <summary>Part of the organization, email, GitHub name or id.</summary>
    [FromQuery(Name = "q")] public string? Search { get; init; }

    /// <summary>champion, healthy, needs_attention, at_risk or inactive.</summary>
    [FromQuery(Name = "status")] public string? Status { get; init; }

    /// <summary>new_signup, onboarding, initial_adoption or regular_usage.</summary>
    [FromQuery(Name = "stage")] public string? Stage { get; init; }

    [FromQuery(Name = "cohort")] public string? Cohort { get; init; }

    [FromQuery(Name = "industry")] public string? Industry { get; init; }

    /// <summary>The owner; me for the signed-in user, - for customers without one.</summary>
    [FromQuery(Name = "owner")] public string? Owner { get; init; }

    /// <summary>yes, no or one kind of blocker.</summary>
    [FromQuery(Name = "blocker")] public string? Blocker { get; init; }

    /// <summary>Empty: those in totals. active, paused, churned, archived, test or all.</summary>
    [FromQuery(Name = "account")] public string? Account { get; init; }

    /// <summary>today: with activity on this UTC day.</summary>
    [FromQuery(Name = "active")] public string? Active { get; init; }

    /// <summary>Customers that have done this step.</summary>
    [FromQuery(Name = "step")] public string? Step { get; init; }

    /// <summary>Customers whose next step this is.</summary>
    [FromQuery(Name = "next")] public string? Next { get; init; }

    /// <summary>completed or open.</summary>
    [FromQuery(Name = "onboarding")] public string? Onboarding { get; init; }

    /// <summary>prs: with generated pull requests; value: with a known time to value; you: at risk or blocked, not inactive.</summary>
    [FromQuery(Name = "with")] public string? With { get; init; }

    /// <summary>name, score, progress, active, signup or mrr; a minus in front turns it round.</summary>
    [FromQuery(Name = "sort")] public string? Sort { get; init; }

    /// <summary>The key of the last customer of the page before.</summary>
    [FromQuery(Name = "after")] public string? After { get; init; }

    /// <summary>The key of the first customer of the page behind.</summary>
    [FromQuery(Name = "before")] public string? Before { get; init; }

    /// <summary>How many customers come before this page, as far as the reader has seen; shown, not used.</summary>
    [FromQuery(Name = "skip")] public int? Skip { get; init; }

    /// <summary>25, 50 or 100 rows.</summary>
    [FromQuery(Name = "size")] public int? Size { get; init; }

    /// <summary>The names by which the signed-in user can own customers; not from the address.</summary>
    internal IReadOnlyList<string> Me { get; private init; } = [];

    public CustomerFilter AskedBy(ClaimsPrincipal user) =>
        this with { Me = new[] { user.FindFirstValue(ClaimTypes.Email), user.Identity?.Name }.OfType<string>().ToList() };

    public int Rows => Size is 50 or 100 ? Size.Value : 25;

    public string SortName => Sort?.TrimStart('-') is { } name && Keys.ContainsKey(name) ? name : "name";

    public bool Descending => Sort is ['-', ..];

    /// <summary>Sort keys as the indexes of standings have them; a missing value sorts as the smallest.</summary>
    public static IReadOnlyDictionary<string, (string Key, string Type)> Keys { get; } = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["name"] = ("lower(s.organization)", "text"),
        ["score"] = ("s.score", "int"),
        ["progress"] = ("s.done", "int"),
        ["active"] = ("coalesce(s.last_active, '-infinity')", "date"),
        ["signup"] = ("s.signup_date", "date"),
        ["mrr"] = ("coalesce(s.mrr, -1)", "numeric"),
    };

    /// <summary>Everything that narrows the list, as (name, value); the account choice too.</summary>
    public IReadOnlyList<(string Name, string Value)> Narrowing => ((string Name, string? Value)[])
    [
        ("q", Search), ("status", Status), ("stage", Stage), ("cohort", Cohort), ("industry", Industry), ("owner", Owner), ("blocker", Blocker),
        ("account", Account), ("active", Active), ("step", Step), ("next", Next), ("onboarding", Onboarding), ("with", With),
    ] is var all ? all.Where(each => !string.IsNullOrWhiteSpace(each.Value)).Select(each => (each.Name, each.Value!)).ToList() : [];

    /// <summary>The list's address with some values changed (null takes one out); changing anything goes back to the first page.</summary>
    public string Url(string path = "/customers", params IReadOnlyList<(string Name, string? Value)> changes)
    {
        var values = Narrowing.Select(each => (each.Name, (string?)each.Value)).ToList();
        if (Sort is not null && (SortName != "name" || Descending)) values.Add(("sort", Sort));
        if (Rows != 25) values.Add(("size", Rows.ToString()));
        foreach (var (name, value) in changes)
        {
            values.RemoveAll(each => each.Item1 == name);
            if (!string.IsNullOrEmpty(value)) values.Add((name, value));
        }

        return values.Count == 0 ? path : path + "?" + string.Join('&', values.Select(each => $"{each.Item1}={Uri.EscapeDataString(each.Item2!)}"));
    }

    /// <summary>The address of this very page of the list.</summary>
    public string Here(string path = "/customers") => Url(path, ("after", After), ("before", Before), ("skip", Skip is > 0 ? Skip.ToString() : null));

    // The matches first and at most as many as are counted: planned the other way round, the customers would be walked in sort
    // order and each looked up, which is slow where the matches stand together (0.5 s instead of 30 ms for 5 % of 100,000).
    private const string FoundBySearch = """
        s.customer_id in (
          with found as materialized (
            select customer_id from customers
            where lower(organization || ' ' || email || ' ' || github_username || ' ' || customer_id) like @search
            limit 10001)
          select customer_id from found)
        """;

    /// <summary>The filters as SQL, with their values in the parameters.</summary>
    public string Where(DynamicParameters values, DateOnly today)
    {
        values.Add("today", today);
        values.Add("inactive_after", ScoreHealth.InactiveAfterDays);
        const string Inactive = "coalesce(s.last_active, s.signup_date) <= @today::date - @inactive_after::int";
        var where = new List<string>
        {
            Account switch
            {
                "all" => "true",
                "archived" => "s.archived",
                "test" => "s.is_test",
                "churned" => "s.account_status = 'churned' and not s.archived and not s.is_test",
                "active" or "paused" => $"s.counted and s.account_status = '{Account}'",
                _ => "s.counted",
            },
        };
        void Add(string? value, string sql, string name)
        {
            if (string.IsNullOrWhiteSpace(value)) return;
            where.Add(sql);
            values.Add(name, value.Trim().Replace("\0", ""));
        }

        if (!string.IsNullOrWhiteSpace(Search))
        {
            var text = Search.Trim().ToLowerInvariant().Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_");
            // One or two letters are in nearly every address; they mean how a name or an id begins.
            if (Search.Trim().Length < 3) Add(text + "%", "(lower(s.organization) like @search or s.customer_id like @search)", "search");
            else Add("%" + text + "%", FoundBySearch, "search");
        }

        Add(Stage, "s.stage = @stage", "stage");
        Add(Cohort, "s.cohort = @cohort", "cohort");
        Add(Industry, "s.industry = @industry", "industry");
        if (Owner == "-") where.Add("s.owner = ''");
        else if (Owner == "me")
        {
            where.Add("s.owner = any(@me)");
            values.Add("me", Me.ToArray());
        }
        else Add(Owner, "s.owner = @owner", "owner");
        if (Status == "inactive") where.Add(Inactive);
        else Add(Status, $"s.band = @status and not ({Inactive})", "status");
        if (Blocker is "yes" or "no") where.Add(Blocker == "yes" ? "s.blocker_type <> ''" : "s.blocker_type = ''");
        else Add(Blocker, "s.blocker_type = @blocker", "blocker");
        if (Active == "today")
        {
            where.Add("""
                s.customer_id in (select customer_id from activity where day = @today
                  and (issues_tagged > 0 or prs_generated > 0 or prs_merged > 0 or prs_rejected > 0 or support_requests > 0 or api_calls > 0))
                """);
        }

        if (Step is not null && OnboardingSteps.Bit(Step) is > 0 and var bit) where.Add($"s.steps & {bit} <> 0");
        if (Next is not null && OnboardingSteps.Bit(Next) is > 0 and var next) where.Add($"s.completed_date is null and s.steps & {next | (next - 1)} = {next - 1}");
        if (Onboarding is "completed" or "open") where.Add($"s.completed_date is {(Onboarding == "completed" ? "not null" : "null")}");
        if (With == "prs") where.Add("s.prs_generated > 0");
        if (With == "value") where.Add("s.days_to_value is not null");
        if (With == "you") where.Add($"(s.band = 'at_risk' or s.blocker_type <> '') and not ({Inactive})");
        return string.Join("\n  and ", where);
    }
}
