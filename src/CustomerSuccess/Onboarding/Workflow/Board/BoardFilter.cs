using System.Globalization;
using System.Security.Claims;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Workflow.Board;

/// <summary>Which customers of the workflow, from where: the whole state of the list, as it stands in the URL. What makes no sense is ignored.</summary>
public sealed record BoardFilter
{
    public const int Rows = 50;

    /// <summary>Where they stand; completed for those who are through.</summary>
    [FromQuery(Name = "stage")] public string? Stage { get; init; }

    /// <summary>yes, no, or by what: blocked, failed or silent.</summary>
    [FromQuery(Name = "stuck")] public string? Stuck { get; init; }

    /// <summary>A task; with state, those of whom it is in that state.</summary>
    [FromQuery(Name = "task")] public string? Task { get; init; }

    /// <summary>next (it is what they do next; with a task alone), open, available, in_progress, completed, skipped or failed.</summary>
    [FromQuery(Name = "state")] public string? State { get; init; }

    [FromQuery(Name = "version")] public string? Version { get; init; }

    /// <summary>The owner; me for the signed-in user, - for customers without one.</summary>
    [FromQuery(Name = "owner")] public string? Owner { get; init; }

    [FromQuery(Name = "plan")] public string? Plan { get; init; }

    [FromQuery(Name = "cohort")] public string? Cohort { get; init; }

    [FromQuery(Name = "industry")] public string? Industry { get; init; }

    /// <summary>They began on this UTC day or later.</summary>
    [FromQuery(Name = "from")] public string? From { get; init; }

    /// <summary>They began on this UTC day or before.</summary>
    [FromQuery(Name = "to")] public string? To { get; init; }

    /// <summary>The place of the last customer of the page before.</summary>
    [FromQuery(Name = "after")] public string? After { get; init; }

    internal IReadOnlyList<string> Me { get; private init; } = [];

    public BoardFilter AskedBy(ClaimsPrincipal user) => this with { Me = [.. new[] { user.FindFirstValue(ClaimTypes.Email), user.Identity?.Name }.OfType<string>()] };

    public IReadOnlyList<(string Name, string Value)> Narrowing => ((string Name, string? Value)[])
    [
        ("stage", Stage), ("stuck", Stuck), ("task", Task), ("state", State), ("version", Version), ("owner", Owner), ("plan", Plan), ("cohort", Cohort), ("industry", Industry), ("from", From), ("to", To),
    ] is var all ? [.. all.Where(each => !string.IsNullOrWhiteSpace(each.Value)).Select(each => (each.Name, each.Value!))] : [];

    /// <summary>The list's address with some values changed (null takes one out).</summary>
    public string Url(string path, params IReadOnlyList<(string Name, string? Value)> changes)
    {
        var values = Narrowing.Select(each => (each.Name, Value: (string?)each.Value)).Where(each => !changes.Any(change => change.Name == each.Name)).Concat(changes).Where(each => !string.IsNullOrEmpty(each.Value)).ToList();
        return values.Count == 0 ? path : path + "?" + string.Join('&', values.Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"));
    }

    /// <summary>The filters as SQL over workflow w and customers c, with their values in the parameters.</summary>
    public string Where(DynamicParameters values, DateTime now)
    {
        values.Add("now", now);
        var where = new List<string> { "w.counted" };
        void Add(string? value, string sql, string name)
        {
            if (string.IsNullOrWhiteSpace(value)) return;
            where.Add(sql);
            values.Add(name, value.Trim().Replace("\0", "", StringComparison.Ordinal));
        }

        Add(Stage, "w.stage = @stage", "stage");
        if (Stuck is "yes" or "blocked" or "failed" or "silent") where.Add("w.stuck_at <= @now");
        if (Stuck is "blocked" or "failed" or "silent") where.Add($"w.stuck_by = '{Stuck}'");
        if (Stuck == "no") where.Add("(w.stuck_at is null or w.stuck_at > @now)");
        if (int.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            where.Add("w.version = @version");
            values.Add("version", version);
        }

        string? states = State == "open" ? "'available', 'in_progress'" : TaskMoves.States.Contains(State, StringComparer.Ordinal) && State != "locked" ? $"'{State}'" : null;
        if (states is not null) where.Add($"w.customer_id in (select t.customer_id from workflow_tasks t where {(string.IsNullOrWhiteSpace(Task) ? "true" : "t.task = @task")} and t.state in ({states}))");
        else if (!string.IsNullOrWhiteSpace(Task)) where.Add("w.next_task = @task");
        values.Add("task", Task?.Trim().Replace("\0", "", StringComparison.Ordinal));
        if (Owner == "-") where.Add("c.owner = ''");
        else if (Owner == "me")
        {
            where.Add("c.owner = any(@me)");
            values.Add("me", Me.ToArray());
        }
        else Add(Owner, "c.owner = @owner", "owner");
        // A dash: nothing is known.
        Add(Plan == "-" ? null : Plan, "c.plan = @plan", "plan");
        Add(Cohort == "-" ? null : Cohort, "c.cohort = @cohort", "cohort");
        Add(Industry == "-" ? null : Industry, "c.industry = @industry", "industry");
        foreach (var (name, value) in new[] { ("plan", Plan), ("cohort", Cohort), ("industry", Industry) })
        {
            if (value == "-") where.Add($"c.{name} = ''");
        }

        if (From is not null && Days.TryParse(From, out var from))
        {
            where.Add("w.started_at >= @from");
            values.Add("from", from.Start());
        }

        if (To is not null && Days.TryParse(To, out var to))
        {
            where.Add("w.started_at < @to");
            values.Add("to", to.End());
        }

        return string.Join(" and ", where);
    }
}
