using System.Globalization;
using System.Text.RegularExpressions;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Events;

namespace CustomerSuccess.Onboarding.Workflow.Definitions;

/// <summary>Everything that is wrong with a definition, each with its place and what to write instead. Pure.</summary>
public static partial class CheckDefinition
{
    public const int MostStages = 12, MostTasks = 60, MostCount = 100;

    // These say nothing about what a customer did, or come with every click.
    private static readonly string[] NeverAwaited =
        [EventTypes.PageView, EventTypes.HealthChanged, EventTypes.CustomerUpdated, EventTypes.NoteAdded, EventTypes.NoteRemoved, EventTypes.NoteRestored,
            EventTypes.StepReset, EventTypes.Blocked, EventTypes.Unblocked, EventTypes.IdentityLinked, EventTypes.IdentityUnlinked, EventTypes.EngagementRecorded];

    private static readonly string[] OwnTypes = ["task_", "stage_", "workflow_", "onboarding_", "email_"];

    public static IReadOnlyList<Fault> Run(WorkflowDefinition definition)
    {
        var faults = new List<Fault>();
        Line(faults, "title", definition.Title, 100);
        CheckTexts.Run(faults, "texts", definition.Texts, about: false, task: false);
        if (definition.Stages.Count is 0 or > MostStages) faults.Add(new("stages", $"must be 1 to {MostStages} stages"));
        if (definition.Tasks.Count > MostTasks) faults.Add(new("stages", $"have {definition.Tasks.Count} tasks; at most {MostTasks} can be followed"));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var stages = new HashSet<string>(StringComparer.Ordinal);
        for (var s = 0; s < definition.Stages.Count; s++)
        {
            var (stage, at) = (definition.Stages[s], $"stages[{s}]");
            Id(faults, at + ".id", stage.Id, stages, "stage");
            if (stage.Id == "completed") faults.Add(new(at + ".id", "'completed' is where customers stand who are through; choose another"));
            Line(faults, at + ".title", stage.Title, 100);
            Text(faults, at + ".about", stage.About, 500);
            CheckTexts.Run(faults, at + ".texts", stage.Texts, about: true, task: false);
            Between(faults, at + ".stuck_after_hours", stage.StuckAfterHours, 1, 8760);
            if (stage.Tasks.Count == 0) faults.Add(new(at + ".tasks", "is empty: a stage without tasks is never done"));
            for (var t = 0; t < stage.Tasks.Count; t++) CheckTask(faults, definition, stage.Tasks[t], $"{at}.tasks[{t}]", ids);
            for (var u = 0; u < stage.Unlock.Count; u++) CheckUnlock(faults, definition, s, stage.Unlock[u], $"{at}.unlock[{u}]");
        }

        CheckBadges(faults, definition);
        foreach (var group in definition.Tasks.Where(task => task.Step is not null).GroupBy(task => task.Step, StringComparer.Ordinal).Where(group => group.Count() > 1))
            faults.Add(new("stages", $"{string.Join(" and ", group.Select(task => $"'{task.Id}'"))} stand for the same step '{group.Key}'; one task does"));
        if (faults.Count == 0) faults.AddRange(CanBeDone.Faults(definition).Select(fault => new Fault("stages", fault)));
        return faults;
    }

    private static void CheckTask(List<Fault> faults, WorkflowDefinition definition, TaskDefinition task, string at, HashSet<string> ids)
    {
        Id(faults, at + ".id", task.Id, ids, "task");
        foreach (var was in task.Was) Id(faults, at + ".was", was, ids, "task");
        Line(faults, at + ".title", task.Title, 100);
        Text(faults, at + ".help", task.Help, 2000);
        Text(faults, at + ".success", task.Success, 500);
        CheckTexts.Run(faults, at + ".texts", task.Texts, about: false, task: true);
        Between(faults, at + ".points", task.Points, 0, 1000);
        if (task.ExpectedHours is <= 0 or > 8760) faults.Add(new(at + ".expected_hours", "must be more than 0 and at most 8760"));
        if (task.Account is not ("any" or "all")) faults.Add(new(at + ".account", $"is '{task.Account}'; it can be any or all"));
        if (task.Resources.Count > 20) faults.Add(new(at + ".resources", "are more than 20"));
        for (var n = 0; n < task.Resources.Count; n++)
        {
            Line(faults, $"{at}.resources[{n}].title", task.Resources[n].Title, 200);
            if (task.Resources[n].Url.Length > 500 || !Uri.TryCreate(task.Resources[n].Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
                faults.Add(new($"{at}.resources[{n}].url", "must be an address that begins with https:// or http://, of at most 500 characters"));
        }

        for (var n = 0; n < task.DependsOn.Count; n++)
        {
            var (needs, field) = (task.DependsOn[n], $"{at}.depends_on[{n}]");
            if (needs == task.Id) faults.Add(new(field, $"'{needs}' depends on itself"));
            else if (definition.Task(needs) is not { } other) faults.Add(new(field, $"'{needs}' is no task of this definition{Nearest(needs, definition)}"));
            else if (task.Required && !other.Required) faults.Add(new(field, $"'{task.Id}' is required and '{needs}' can be skipped: a customer who skips it could never go on"));
            if (task.DependsOn.Take(n).Contains(needs, StringComparer.Ordinal)) faults.Add(new(field, $"'{needs}' is there twice"));
        }

        if (task.CompletesOn is { } completion) CheckCompletion(faults, task, completion, at + ".completes_on");
        else if (task.OfEveryone) faults.Add(new(at + ".account", "is all, but nothing is counted: give completes_on an event"));
        var named = task.Id == "welcome_email" ? OnboardingSteps.WelcomeEmailSent : task.Id;
        if (OnboardingSteps.Exists(named) && task.Step != named)
            faults.Add(new(at + ".completes_on", $"must be the event {EventTypes.StepPrefix}{named}: a task named after a step completes with it"));
    }

    private static void CheckCompletion(List<Fault> faults, TaskDefinition task, Completion on, string at)
    {
        if (on.ActiveWeeks is { } weeks)
        {
            Between(faults, at + ".active_weeks", weeks, 1, 52);
            if (on.Event is not null || on.Property is not null || on.Count != 1) faults.Add(new(at, "has active_weeks and an event; one of them is enough"));
            if (task.OfEveryone) faults.Add(new(at, "counts active weeks, which are the account's: account must be any"));
            return;
        }

        if (on.Event is not { } type)
        {
            faults.Add(new(at + ".event", "is missing: name the type of an event, or active_weeks"));
            return;
        }

        Between(faults, at + ".count", on.Count, 1, MostCount);
        if (type.Length > 100 || !Name().IsMatch(type)) faults.Add(new(at + ".event", $"'{Short(type)}' is no type of an event: small letters, digits and _, as in pr_merged"));
        else if (task.Step is { } step)
        {
            if (!OnboardingSteps.Exists(step)) faults.Add(new(at + ".event", $"'{type}' names no step; the steps are {string.Join(", ", OnboardingSteps.All)}"));
            else if (on.Count != 1 || on.Property is not null || task.OfEveryone) faults.Add(new(at, "is a step, which is done once for the account: leave count, property and account out"));
        }
        else if (NeverAwaited.Contains(type, StringComparer.Ordinal) || OwnTypes.Any(own => type.StartsWith(own, StringComparison.Ordinal)) && type != EventTypes.OnboardingCompleted)
        {
            faults.Add(new(at + ".event", $"'{type}' cannot complete a task: it is written by the product, or says nothing of what a customer did"));
        }

        if ((on.Property is null) != (on.Values.Count == 0)) faults.Add(new(at, "has only one of property and values; they go together"));
        if (on.Property is { } property && (property.Length is 0 or > 100 || property.Any(char.IsControl))) faults.Add(new(at + ".property", "must be the name of a property, at most 100 characters"));
        if (on.Values.Count > 20 || on.Values.Any(value => value.Length > 200 || value.Any(char.IsControl) || value.IndexOf('*') is >= 0 and var star && star < value.Length - 1))
            faults.Add(new(at + ".values", "must be at most 20 values of at most 200 characters; * stands only at the end"));
        if (on.Property is not null && Measure.Of(type) is not null) faults.Add(new(at + ".property", $"cannot be asked of '{type}', which is counted by day"));
        if (task.OfEveryone && Measure.Of(type) is not null) faults.Add(new(at, $"counts '{type}', which is the account's: account must be any"));
        if (task.OfEveryone && on.Count != 1) faults.Add(new(at + ".count", "must be 1 where account is all"));
    }

    private static void CheckUnlock(List<Fault> faults, WorkflowDefinition definition, int stage, UnlockCondition unlock, string at)
    {
        var kinds = (unlock.Task is null ? 0 : 1) + (unlock.Stage is null ? 0 : 1) + (unlock.Points is null ? 0 : 1);
        if (kinds != 1) faults.Add(new(at, "must be one of {\"task\": id}, {\"stage\": id}, {\"stage\": id, \"tasks\": n}, {\"points\": n}"));
        if (unlock.Task is { } task && definition.Task(task) is null) faults.Add(new(at + ".task", $"'{task}' is no task of this definition{Nearest(task, definition)}"));
        if (unlock.Tasks is not null && unlock.Stage is null) faults.Add(new(at + ".tasks", "goes with a stage"));
        if (unlock.Stage is { } name)
        {
            var other = definition.Stages.FirstOrDefault(each => each.Id == name);
            if (other is null) faults.Add(new(at + ".stage", $"'{name}' is no stage of this definition"));
            else if (other == definition.Stages[stage]) faults.Add(new(at + ".stage", $"'{name}' waits for itself"));
            else if (unlock.Tasks is { } many) Between(faults, at + ".tasks", many, 1, other.Tasks.Count);
        }

        if (unlock.Points is { } points) Between(faults, at + ".points", points, 1, definition.Stages.Where((_, n) => n != stage).SelectMany(each => each.Tasks).Sum(each => each.Points));
    }

    private static void CheckBadges(List<Fault> faults, WorkflowDefinition definition)
    {
        if (definition.Badges.Count > 50) faults.Add(new("badges", "are more than 50"));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var n = 0; n < definition.Badges.Count; n++)
        {
            var (badge, at) = (definition.Badges[n], $"badges[{n}]");
            Id(faults, at + ".id", badge.Id, ids, "badge");
            Line(faults, at + ".title", badge.Title, 100);
            Text(faults, at + ".about", badge.About, 500);
            CheckTexts.Run(faults, at + ".texts", badge.Texts, about: true, task: false);
            if ((badge.Stage is null ? 0 : 1) + (badge.Task is null ? 0 : 1) + (badge.Points is null ? 0 : 1) != 1) faults.Add(new(at, "must name one of stage, task and points"));
            if (badge.Stage is { } stage && definition.Stages.All(each => each.Id != stage)) faults.Add(new(at + ".stage", $"'{stage}' is no stage of this definition"));
            if (badge.Task is { } task && definition.Task(task) is null) faults.Add(new(at + ".task", $"'{task}' is no task of this definition{Nearest(task, definition)}"));
            if (badge.Points is { } points) Between(faults, at + ".points", points, 1, Math.Max(1, definition.Tasks.Sum(each => each.Points)));
        }
    }

    private static void Id(List<Fault> faults, string field, string id, HashSet<string> known, string what)
    {
        if (id.Length is 0 or > 60 || !Name().IsMatch(id)) faults.Add(new(field, $"must be an id of small letters, digits and _, at most 60, as in first_pr_merged; it is '{Short(id)}'"));
        else if (!known.Add(id)) faults.Add(new(field, $"'{id}' is the id of another {what}, too"));
    }

    internal static void Line(List<Fault> faults, string field, string text, int most)
    {
        if (string.IsNullOrWhiteSpace(text)) faults.Add(new(field, "is missing"));
        else if (text.Length > most || text.Any(char.IsControl)) faults.Add(new(field, $"must be a line of at most {most} characters"));
    }

    internal static void Text(List<Fault> faults, string field, string text, int most)
    {
        if (text.Length > most || text.Contains('\0', StringComparison.Ordinal)) faults.Add(new(field, string.Create(CultureInfo.InvariantCulture, $"must be a text of at most {most:N0} characters")));
    }

    private static void Between(List<Fault> faults, string field, int value, int least, int most)
    {
        if (value < least || value > most) faults.Add(new(field, $"is {value}; it must be {least} to {most}"));
    }

    private static string Nearest(string id, WorkflowDefinition definition) =>
        definition.Tasks.FirstOrDefault(task => task.Id.Contains(id, StringComparison.Ordinal) || id.Contains(task.Id, StringComparison.Ordinal)) is { Id.Length: > 0 } near ? $"; did you mean '{near.Id}'?" : "";

    private static string Short(string text) => text.Length > 60 ? text[..59] + "…" : text;

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
