using System.Globalization;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>How long what is left usually takes. Pure.</summary>
public static class TimeLeft
{
    /// <summary>Hours from the customer's task before to this one, half of all customers (see pace.sql); as expected where too few have done it.</summary>
    public static decimal Hours(TaskDefinition task, IReadOnlyDictionary<string, decimal> pace) => pace.TryGetValue(task.Id, out var hours) ? hours : task.ExpectedHours;

    /// <summary>Of the required tasks that are left; null once there are none. Each is counted from the one before it, so they add up.</summary>
    public static decimal? Of(CustomerProgress progress, IReadOnlyDictionary<string, decimal> pace)
    {
        var left = progress.Tasks.Where(task => task.Task.Required && !task.Done).ToList();
        return left.Count == 0 ? null : Math.Round(left.Sum(task => Hours(task.Task, pace)), 1, MidpointRounding.AwayFromZero);
    }

    /// <summary>About 3 days; empty where nothing is left.</summary>
    public static string Words(decimal? hours) => hours switch
    {
        null => "",
        < 1 => "less than an hour",
        < 36 => $"about {Count(hours.Value, "hour")}",
        < 24 * 14 => $"about {Count(hours.Value / 24, "day")}",
        _ => $"about {Count(hours.Value / 168, "week")}",
    };

    private static string Count(decimal n, string one)
    {
        var whole = Math.Max(1, Math.Round(n, MidpointRounding.AwayFromZero));
        return string.Create(CultureInfo.InvariantCulture, $"{whole:0} {one}{(whole == 1 ? "" : "s")}");
    }
}
