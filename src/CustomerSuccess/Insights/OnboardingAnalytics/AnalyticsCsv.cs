using System.Globalization;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>The analytics as a table of one figure a row, so that all of it is one file and can be filtered. What is not known is empty. Pure.</summary>
public static class AnalyticsCsv
{
    private sealed record Row(string Section, string Key, string Title, string Metric, string Value);

    private static readonly TableFormat<Row> Table = new("onboarding.csv", ["section", "key", "title", "metric", "value"], _ => throw new NotSupportedException("It is only written."), row => [row.Section, row.Key, row.Title, row.Metric, row.Value]);

    public static byte[] Of(AnalyticsAnswer of)
    {
        using var file = new MemoryStream();
        WriteTable.To(file, Table, Rows(of));
        return file.ToArray();
    }

    private static IEnumerable<Row> Rows(AnalyticsAnswer of)
    {
        var rows = new List<Row>();
        Add("summary", "", "", ("from", of.Window.From.Iso()), ("to", of.Window.To.Iso()), ("demo", of.Demo ? "yes" : "no"), ("started", of.Customers.Started), ("completed", of.Customers.Completed), ("open", of.Customers.Open), ("stuck", of.Customers.Stuck),
            ("completion_rate", of.CompletionRate), ("average_completion_hours", of.AverageCompletionHours), ("median_completion_hours", of.MedianCompletionHours));
        foreach (var one in of.Stages)
            Add("stage", one.Stage, one.Title, ("of", one.Of), ("reached", one.Reached), ("completed", one.Completed), ("here", one.Here), ("stuck", one.Stuck), ("completion_rate", one.CompletionRate), ("median_hours", one.MedianHours), ("average_hours", one.AverageHours), ("timed", one.Timed));
        foreach (var one in of.Tasks)
        {
            Add("task", one.Task, one.Title, ("of", one.Of), ("locked", one.Locked), ("available", one.Available), ("in_progress", one.InProgress), ("completed", one.Completed), ("skipped", one.Skipped), ("failed", one.Failed),
                ("completion_rate", one.CompletionRate), ("median_hours", one.MedianHours), ("average_hours", one.AverageHours), ("timed", one.Timed), ("waiting", one.Waiting), ("stuck", one.Stuck));
        }

        foreach (var one in of.Bottlenecks.Stages) Add("slow_stage", one.Stage, one.Title, ("median_hours", one.MedianHours), ("share_percent", one.SharePercent), ("n", one.N));
        foreach (var one in of.Bottlenecks.Tasks) Add("stopping_task", one.Task, one.Title, ("stuck", one.Stuck), ("waiting", one.Waiting), ("stuck_percent", one.StuckPercent));
        foreach (var one in of.DropOff) Add("drop_off", one.Stage, one.Title, ("reached", one.Reached), ("completed", one.Completed), ("open", one.Open), ("stopped", one.Stopped), ("drop_off_rate", one.DropOffRate));
        foreach (var (kind, figures) in new[] { ("plan", of.Cohorts.Plan), ("cohort", of.Cohorts.Cohort), ("industry", of.Cohorts.Industry), ("channel", of.Cohorts.Channel) })
        {
            foreach (var one in figures) Add("by_" + kind, one.Name, one.Name, ("started", one.Started), ("completed", one.Completed), ("stuck", one.Stuck), ("completion_rate", one.CompletionRate), ("average_completion_hours", one.AverageCompletionHours));
        }

        foreach (var one in of.Trend) Add("by_" + of.Interval, one.PeriodStart.Iso(), "", ("started", one.Started), ("completed", one.Completed), ("completion_rate", one.CompletionRate), ("average_completion_hours", one.AverageCompletionHours));
        Add("help", "", "", ("asked_support", of.HelpUse.AskedSupport), ("of", of.HelpUse.Of), ("rate", of.HelpUse.Rate), ("requests", of.HelpUse.Requests), ("resources_opened", of.HelpUse.ResourcesOpened));
        foreach (var one in of.FeatureAdoption.Features) Add("feature", one.Feature, one.Title, ("adopted", one.Adopted), ("of", one.Of), ("rate", one.Rate));
        Add("features", "", "", ("average", of.FeatureAdoption.Average));
        Add("forecast", "", "", ("days", of.Forecast.Days), ("expected", of.Forecast.Expected), ("open", of.Forecast.Open), ("from", of.Forecast.From));
        foreach (var one in of.Recommendations) Add("recommendation", one.Id, one.Text, [.. one.Numbers.Select(number => (number.Key, (object?)number.Value))]);
        return rows;

        void Add(string section, string key, string title, params IEnumerable<(string Metric, object? Value)> values) =>
            rows.AddRange(values.Select(each => new Row(section, key, title, each.Metric, Convert.ToString(each.Value, CultureInfo.InvariantCulture) ?? "")));
    }
}
