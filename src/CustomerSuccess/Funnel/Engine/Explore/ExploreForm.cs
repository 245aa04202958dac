using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace CustomerSuccess.Funnel.Engine.Explore;

/// <summary>A funnel question as an address: what the form sends, what a link shares.</summary>
public sealed record ExploreForm
{
    public const string Path = "/funnel/explore";

    /// <summary>Type and condition of each row, also of empty ones.</summary>
    public required IReadOnlyList<(string Type, string Where)> Rows { get; init; }

    public string Order { get; init; } = "";

    public string Window { get; init; } = "";

    public string Exclude { get; init; } = "";

    public string Unit { get; init; } = "";

    public string Breakdown { get; init; } = "";

    public string From { get; init; } = "";

    public string To { get; init; } = "";

    public bool Compare { get; init; }

    /// <summary>Nobody asked anything yet.</summary>
    public bool Empty => Rows.All(row => row.Type.Length == 0);

    public static ExploreForm Read(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        string Text(string name) => values.GetValueOrDefault(name).LastOrDefault()?.Trim() ?? "";
        var (types, wheres) = (values.GetValueOrDefault("step"), values.GetValueOrDefault("where"));
        var rows = Enumerable.Range(0, Math.Min(types.Count, CheckFunnel.MostSteps)).Select(n => (At(types, n), At(wheres, n))).ToList();
        return new ExploreForm
        {
            Rows = rows,
            Order = Text("order"),
            Window = Text("window"),
            Exclude = Text("exclude"),
            Unit = Text("unit"),
            Breakdown = Text("breakdown"),
            From = Text("from"),
            To = Text("to"),
            Compare = Text("compare") == "on",
        };
    }

    /// <summary>The form that asks this.</summary>
    public static ExploreForm Of(FunnelQuestion question) => new()
    {
        Rows = [.. (question.Steps ?? []).Select(step => (step.Type, step.Path ?? (step.Property is null ? "" : $"{step.Property}={step.Value}")))],
        Order = question.Order ?? "",
        Window = question.Window ?? "",
        Exclude = question.Exclude?.FirstOrDefault()?.Type ?? "",
        Unit = question.Unit ?? "",
        Breakdown = question.Breakdown ?? "",
        From = question.From?.Iso() ?? "",
        To = question.To?.Iso() ?? "",
        Compare = question.Compare == true,
    };

    /// <summary>The question, with what is wrong in it.</summary>
    public FunnelQuestion Question(List<Fault> faults)
    {
        var steps = new List<FunnelStep>();
        foreach (var (type, where) in Rows.Where(row => row.Type.Length > 0))
        {
            var equals = where.IndexOf('=');
            if (where.Length > 0 && where[0] != '/' && equals < 1) faults.Add(new Fault($"steps[{steps.Count}].where", "must be a path like /docs/* or a property like plan=pro"));
            steps.Add(where.Length == 0 ? new FunnelStep(type) : where[0] == '/' ? new FunnelStep(type, where) : equals < 1 ? new FunnelStep(type) : new FunnelStep(type, null, where[..equals].Trim(), where[(equals + 1)..].Trim()));
        }

        return new FunnelQuestion
        {
            Steps = steps,
            Order = None(Order),
            Window = None(Window),
            Exclude = Exclude.Length == 0 ? null : [new FunnelStep(Exclude)],
            Unit = None(Unit),
            Breakdown = None(Breakdown),
            From = Day(From, "from", faults),
            To = Day(To, "to", faults),
            Compare = Compare ? true : null,
        };
    }

    /// <summary>The address of this question; more adds to it.</summary>
    public string Url(string path = Path, params IReadOnlyList<(string Name, string Value)> more)
    {
        var pairs = new List<(string, string)>();
        foreach (var (type, where) in Rows.Where(row => row.Type.Length > 0)) pairs.AddRange([("step", type), ("where", where)]);
        pairs.AddRange([("order", Order), ("window", Window), ("exclude", Exclude), ("unit", Unit), ("breakdown", Breakdown), ("from", From), ("to", To), ("compare", Compare ? "on" : "")]);
        pairs.AddRange(more);
        // An empty condition keeps its place beside its step.
        return path + "?" + string.Join('&', pairs.Where(pair => pair.Item2.Length > 0 || pair.Item1 == "where").Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));
    }

    private static string At(StringValues values, int n) => n < values.Count ? values[n]?.Trim() ?? "" : "";

    private static string? None(string text) => text.Length == 0 ? null : text;

    private static DateOnly? Day(string text, string field, List<Fault> faults)
    {
        if (text.Length == 0) return null;
        if (Days.TryParse(text, out var day)) return day;
        faults.Add(new Fault(field, "must be a day like 2026-11-20"));
        return null;
    }
}
