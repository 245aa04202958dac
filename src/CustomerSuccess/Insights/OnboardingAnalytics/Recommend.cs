using System.Globalization;
using CustomerSuccess.Onboarding.Workflow.Board;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>What the figures ask for: each with its numbers, and a link to exactly the customers it counts. Pure.</summary>
public static class Recommend
{
    // Fewer say nothing about the others.
    private const int Fewest = 20;

    // A cohort that differs by chance once in twenty times: |z| of two shares.
    private const double Differs = 1.96;

    public static IReadOnlyList<Recommendation> Of(AnalyticsAnswer of, int blocked, int failed, KnownDefinitions definitions)
    {
        var all = new List<Recommendation>();
        var window = $"from={of.Window.From.Iso()}&to={of.Window.To.Iso()}";
        string List(string filter) => $"{ShowBoard.Customers}?{filter}&{window}";

        if (blocked > 0)
            all.Add(new("blocked", $"{Words.Count(blocked, "customer")} of {Words.Number(of.Customers.Started)} {(blocked == 1 ? "is" : "are")} blocked by something that was written down: solve that first, nothing else moves them.", Numbers(("blocked", blocked), ("started", of.Customers.Started)), List("stuck=blocked"), blocked));
        if (failed > 0)
            all.Add(new("failed", $"A task has failed for {Words.Count(failed, "customer")}: find out why, and retry it with them.", Numbers(("failed", failed)), List("stuck=failed"), failed));
        if (of.Bottlenecks.Tasks is [var stop, ..])
        {
            var task = definitions.Versions.Values.Reverse().Select(version => version.Task(stop.Task)).OfType<TaskDefinition>().First();
            all.Add(new("stops", $"Most people stop before “{stop.Title}”: {Words.Number(stop.Stuck)} of {Words.Number(stop.Waiting)} for whom it is next are stuck ({stop.StuckPercent} %). {(task.Resources.Count == 0 ? "It has no help resource yet; add one" : "Look at its help")}, and ask the longest stuck what is missing.",
                Numbers(("stuck", stop.Stuck), ("waiting", stop.Waiting), ("stuck_percent", stop.StuckPercent)), List($"task={stop.Task}&stuck=yes"), stop.Stuck));
        }

        foreach (var stage in of.Stages.Where(stage => stage.Timed >= Fewest && stage.MedianHours > 0))
        {
            if (definitions.Current.Stages.FirstOrDefault(each => each.Id == stage.Stage) is not { } defined) continue;
            var expected = defined.Tasks.Where(task => task.Required).Sum(task => task.ExpectedHours);
            if (stage.MedianHours <= 2 * expected || stage.Here == 0) continue;
            all.Add(new($"slow_{stage.Stage}", $"“{stage.Title}” takes half of the {Words.Number(stage.Timed)} who are through with it {Hours(stage.MedianHours!.Value)} or longer; its required tasks are expected to take {Hours(expected)}. {Words.Count(stage.Here, "customer")} {(stage.Here == 1 ? "stands" : "stand")} there now.",
                Numbers(("median_hours", stage.MedianHours.Value), ("expected_hours", expected), ("n", stage.Timed), ("here", stage.Here)), List($"stage={stage.Stage}"), stage.Here));
        }

        foreach (var (kind, figures) in new[] { ("plan", of.Cohorts.Plan), ("cohort", of.Cohorts.Cohort), ("industry", of.Cohorts.Industry) })
        {
            if (figures.Where(one => one.Name.Length > 0 && one.Name != "(other)" && one.Started >= Fewest && of.Customers.Started - one.Started >= Fewest && Z(one, of.Customers) <= -Differs).MinBy(one => one.CompletionRate) is not { } worst) continue;
            var (others, through) = (of.Customers.Started - worst.Started, of.Customers.Completed - worst.Completed);
            all.Add(new($"{kind}_behind", $"{Words.Plain(kind)} “{worst.Name}” is behind: {Words.Number(worst.Completed)} of {Words.Number(worst.Started)} are through ({Percent.Of(worst.Completed, worst.Started)} %), of all others {Words.Number(through)} of {Words.Number(others)} ({Percent.Of(through, others)} %).",
                Numbers(("completed", worst.Completed), ("started", worst.Started), ("others_completed", through), ("others_started", others)), List($"{kind}={Uri.EscapeDataString(worst.Name)}"), worst.Started));
        }

        if (of.Tasks.Where(task => !task.Required && task.Of >= Fewest && task.Open > 0 && Percent.Of(task.Completed, task.Of) < 10).MaxBy(task => task.Open) is { } unused)
            all.Add(new("unused", $"“{unused.Title}” is optional, and {Words.Number(unused.Completed)} of {Words.Number(unused.Of)} have done it ({Percent.Of(unused.Completed, unused.Of)} %), while it is open to {Words.Number(unused.Open)}: say what it is good for, or leave it out of the next version.",
                Numbers(("completed", unused.Completed), ("of", unused.Of), ("open", unused.Open)), List($"task={unused.Task}&state=open"), unused.Open));
        return all;
    }

    // Two shares with the pooled variance.
    private static double Z(CohortFigure one, StartedCounts all)
    {
        double n1 = one.Started, n2 = all.Started - one.Started;
        var pooled = (double)all.Completed / all.Started;
        var deviation = Math.Sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
        return deviation == 0 ? 0 : (one.Completed / n1 - (all.Completed - one.Completed) / n2) / deviation;
    }

    private static Dictionary<string, decimal> Numbers(params (string Name, decimal Value)[] numbers) => numbers.ToDictionary(number => number.Name, number => number.Value, StringComparer.Ordinal);

    private static string Hours(decimal hours) => hours < 48 ? hours.ToString("0.#", CultureInfo.InvariantCulture) + " hours" : Words.Took((double)hours * 3600);
}
