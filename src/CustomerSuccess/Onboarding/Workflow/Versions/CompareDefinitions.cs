using System.Globalization;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Versions;

/// <summary>One thing that differs: what (a stage, a task, a badge), and before and after in words; one of them is empty where it is new or gone.</summary>
public sealed record DefinitionChange(string What, string Before, string After);

/// <summary>What differs between two definitions, by what it means and not by how it is written. Pure.</summary>
public static class CompareDefinitions
{
    public static IReadOnlyList<DefinitionChange> Of(WorkflowDefinition before, WorkflowDefinition after)
    {
        var changes = new List<DefinitionChange>();
        Differ("title", before.Title, after.Title);
        Differ("title in other languages", Words(before.Texts), Words(after.Texts));
        Each("stage", before.Stages, after.Stages, stage => stage.Id, stage => stage.Title, (stage, _) => Facts(stage), stage => []);
        // A task that is called otherwise now is the same task.
        Each("task", before.Tasks, after.Tasks, task => task.Id, task => task.Title, Facts, task => task.Was);
        Each("badge", before.Badges, after.Badges, badge => badge.Id, badge => badge.Title, (badge, _) => Facts(badge), badge => []);
        Differ("order of the stages", string.Join(", ", before.Stages.Select(stage => stage.Title)), string.Join(", ", after.Stages.Select(stage => stage.Title)));
        return changes;

        void Differ(string what, string from, string to)
        {
            if (from != to) changes.Add(new(what, from, to));
        }

        void Each<T>(string kind, IReadOnlyList<T> was, IReadOnlyList<T> now, Func<T, string> id, Func<T, string> title, Func<T, WorkflowDefinition, IReadOnlyList<(string Name, string Value)>> facts, Func<T, IReadOnlyList<string>> former)
            where T : class
        {
            T? Former(T one) => was.FirstOrDefault(each => id(each) == id(one)) ?? was.FirstOrDefault(each => former(one).Contains(id(each)));
            foreach (var gone in was.Where(one => !now.Any(each => ReferenceEquals(Former(each), one)))) changes.Add(new($"{kind} “{title(gone)}”", "is there", ""));
            foreach (var one in now)
            {
                if (Former(one) is not { } old)
                {
                    changes.Add(new($"{kind} “{title(one)}”", "", "is new"));
                    continue;
                }

                var then = facts(old, before).ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal);
                foreach (var (name, value) in facts(one, after)) Differ($"{kind} “{title(one)}”: {name}", then[name], value);
            }
        }
    }

    private static IReadOnlyList<(string Name, string Value)> Facts(StageDefinition stage) =>
    [
        ("title", stage.Title), ("about", stage.About), ("opens with", stage.Unlock.Count == 0 ? "the start" : string.Join(" and ", stage.Unlock.Select(Words))),
        ("stuck after", $"{stage.StuckAfterHours} hours"), ("tasks", string.Join(", ", stage.Tasks.Select(task => task.Id))), ("other languages", Words(stage.Texts)),
    ];

    private static IReadOnlyList<(string Name, string Value)> Facts(TaskDefinition task, WorkflowDefinition of) =>
    [
        ("id", task.Id), ("title", task.Title), ("stage", of.StageOf(task.Id).Id), ("help", task.Help), ("success", task.Success), ("resources", string.Join(", ", task.Resources.Select(one => $"{one.Title} {one.Url}"))),
        ("required", task.Required ? "yes" : "can be skipped"), ("who", task.Customer ? "customer and team" : "team"), ("comes after", string.Join(", ", task.DependsOn)), ("completes on", Words(task.CompletesOn)),
        ("for the account", task.Account), ("points", task.Points.ToString(CultureInfo.InvariantCulture)), ("expected", task.ExpectedHours.ToString("0.##", CultureInfo.InvariantCulture) + " hours"),
        ("other languages", Words(task.Texts)),
    ];

    private static IReadOnlyList<(string Name, string Value)> Facts(BadgeDefinition badge) =>
        [("title", badge.Title), ("about", badge.About), ("earned with", badge.Stage is { } stage ? "stage " + stage : badge.Task is { } task ? "task " + task : $"{badge.Points} points"), ("other languages", Words(badge.Texts))];

    private static string Words(IReadOnlyDictionary<string, OtherWords>? texts) => texts is null ? "" : string.Join("; ", texts.OrderBy(text => text.Key, StringComparer.Ordinal)
        .Select(text => $"{text.Key}: {string.Join(" · ", new[] { text.Value.Title, text.Value.About, text.Value.Help, text.Value.Success }.Where(word => !string.IsNullOrEmpty(word)))}"));

    private static string Words(UnlockCondition unlock) =>
        unlock.Task is { } task ? "task " + task : unlock.Points is { } points ? $"{points} points" : unlock.Tasks is { } many ? $"{many} tasks of stage {unlock.Stage}" : "stage " + unlock.Stage;

    /// <summary>5 × pr_merged; 4 active weeks; by hand.</summary>
    public static string Words(Completion? on) =>
        on is null ? "by hand" : on.ActiveWeeks is { } weeks ? $"{weeks} active weeks"
        : (on.Count > 1 ? $"{on.Count} × " : "") + on.Event + (on.Property is { } property ? $" with {property} {string.Join(" or ", on.Values.Select(value => value.Length == 0 ? "absent" : value))}" : "");
}
