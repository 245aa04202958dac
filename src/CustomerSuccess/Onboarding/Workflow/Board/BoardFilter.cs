using System.Globalization;
using System.Security.Claims;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;
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

    /// <summary>Whether each of all fits, as the question it comes down to. Pure.</summary>
    public Func<Followed, bool> Fits(DateTime now)
    {
        var all = new List<Func<Followed, bool>>();
        void Add(bool asked, Func<Followed, bool> fits)
        {
            if (asked) all.Add(fits);
        }

        Add(Said(Stage), one => one.Stage == Stage);
        Add(Stuck is "yes" or "blocked" or "failed" or "silent", one => one.Stuck(now) && (Stuck == "yes" || one.StuckBy == Stuck));
        Add(Stuck == "no", one => !one.Stuck(now));
        TaskState[] states = State == "open" ? [TaskState.Available, TaskState.InProgress] : State is null or "locked" ? [] : [.. Enum.GetValues<TaskState>().Where(state => TaskMoves.Word(state) == State)];
        if (states.Length > 0) all.Add(one => Array.Exists(one.Tasks, task => Array.IndexOf(states, task.State) >= 0 && (!Said(Task) || task.Task == Task)));
        else Add(Said(Task), one => one.NextTask == Task);
        if (int.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) all.Add(one => one.Version == version);
        Add(Owner == "me", one => Me.Contains(one.Owner, StringComparer.Ordinal));
        Add(Owner != "me" && Said(Owner), one => one.Owner == Known(Owner));
        Add(Said(Plan), one => one.Plan == Known(Plan));
        Add(Said(Cohort), one => one.Cohort == Known(Cohort));
        Add(Said(Industry), one => one.Industry == Known(Industry));
        if (From is not null && Days.TryParse(From, out var from)) all.Add(one => one.StartedAt >= from.Start());
        if (To is not null && Days.TryParse(To, out var to)) all.Add(one => one.StartedAt < to.End());
        return one => all.TrueForAll(fits => fits(one));

        static bool Said(string? value) => !string.IsNullOrWhiteSpace(value);

        // A dash: nothing is known.
        static string Known(string? value) => value == "-" ? "" : value!;
    }

    /// <summary>
    /// A page of those who fit: the longest stuck first, then by when they will be, who never is at the end. Next: the value of after for the next page. Keeps the best
    /// fifty while it looks at all, so that nobody else is put in order. Pure.
    /// </summary>
    public (IReadOnlyList<string> Customers, string? Next, int Total) Page(IReadOnlyList<Followed> all, DateTime now)
    {
        var (fits, place, total) = (Fits(now), Place(After), 0);
        var best = new PriorityQueue<Followed, Followed>(Comparer<Followed>.Create((a, b) => -Compare((a.StuckAt, a.CustomerId), (b.StuckAt, b.CustomerId))));
        foreach (var one in all)
        {
            if (!fits(one)) continue;
            total++;
            if (place is { } after && Compare((one.StuckAt, one.CustomerId), after) <= 0) continue;
            if (best.Count <= Rows) best.Enqueue(one, one);
            else if (Compare((one.StuckAt, one.CustomerId), (best.Peek().StuckAt, best.Peek().CustomerId)) < 0) best.EnqueueDequeue(one, one);
        }

        var page = new List<Followed>();
        while (best.TryDequeue(out var one, out _)) page.Add(one);
        page.Reverse();
        var shown = page.Take(Rows).ToList();
        return (shown.ConvertAll(one => one.CustomerId), page.Count > Rows ? $"{shown[^1].StuckAt?.ToString("O", CultureInfo.InvariantCulture)}~{shown[^1].CustomerId}" : null, total);
    }

    private static int Compare((DateTime? At, string Id) a, (DateTime? At, string Id) b)
    {
        var byTime = (a.At ?? DateTime.MaxValue).CompareTo(b.At ?? DateTime.MaxValue);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Id, b.Id);
    }

    // An address somebody bent is read as the first page.
    private static (DateTime? At, string Id)? Place(string? after)
    {
        var cut = after?.IndexOf('~', StringComparison.Ordinal) ?? -1;
        if (cut < 0) return null;
        if (cut == 0) return (null, after![1..]);
        return DateTime.TryParse(after![..cut], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? (at, after[(cut + 1)..]) : null;
    }
}
