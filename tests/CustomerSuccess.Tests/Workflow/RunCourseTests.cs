using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>Whatever happens in whatever order, a customer stands where the definition allows it.</summary>
public sealed class RunCourseTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly WorkflowDefinition Own = ReadDefinition.Builtin;

    [Fact]
    public void No_sequence_of_events_and_actions_reaches_an_illegal_state() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(Stories(), story => Faults(RunCourse.Of(Own, story)).ShouldBeEmpty()));

    [Fact]
    public void The_order_in_which_it_is_read_does_not_matter() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Stories(), story =>
            Text(RunCourse.Of(Own, story)) == Text(RunCourse.Of(Own, story with { Happenings = [.. story.Happenings.Reverse()] }))));

    [Fact]
    public void Steps_tasks_are_done_exactly_when_their_steps_are() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Stories(), story =>
        {
            var progress = RunCourse.Of(Own, story);
            return OnboardingSteps.All.All(step =>
            {
                var last = story.Happenings.Where(each => each.Name == step && each.Kind is HappeningKind.StepDone or HappeningKind.StepReset).OrderBy(each => each.At).ThenBy(each => each.ReceivedAt).ThenBy(each => each.Id, StringComparer.Ordinal).ToList();
                var lastReset = last.FindLastIndex(each => each.Kind == HappeningKind.StepReset);
                var first = last.Skip(lastReset + 1).FirstOrDefault(each => each.Kind == HappeningKind.StepDone);
                var task = progress.Tasks.First(each => each.Task.Step == step);
                return first is null ? !task.Done : task.Done && task.Since == first.At;
            });
        }));

    [Fact]
    public void Another_version_takes_back_nothing_that_was_done() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Stories(), story =>
        {
            var before = RunCourse.Of(Own, story);
            // Harder in every way: more is needed, more comes before, names have changed.
            var harder = Harder();
            var move = new Happening(HappeningKind.Moved, "", Start.AddDays(400), Start.AddDays(400), "move", "user:bob")
            {
                Version = 2,
                Kept = [.. before.Tasks.Where(task => task.Done && task.Task.Step is null).Select(task => new Kept(task.Task.Id, task.Since, task.By))],
            };
            var after = RunCourse.Of(harder, story with { Happenings = [.. story.Happenings, move], Counted = new Dictionary<string, Counted>() });
            return before.Tasks.Where(task => task.Done).All(task => after.Tasks.First(each => each.Task.Is(task.Task.Id)) is var now && now.Done && now.Since == task.Since)
                && before.Tasks.Where(task => task.State is TaskState.Skipped or TaskState.Failed or TaskState.InProgress).All(task => after.Tasks.First(each => each.Task.Is(task.Task.Id)).State == task.State)
                && after.Points >= before.Points;
        }));

    [Fact]
    public void A_new_customer_stands_in_welcome_and_what_is_locked_says_why()
    {
        var progress = RunCourse.Of(Own, Story());
        progress.Current!.Id.ShouldBe("welcome");
        progress.Percent.ShouldBe(0);
        progress.Of("account_created").State.ShouldBe(TaskState.Available);
        progress.Of("complete_profile").BlockedBy.ShouldBe(["It comes after “Account created”."]);
        progress.Of("first_issue_tagged").BlockedBy.ShouldBe(["“Features” opens when “Install the GitHub Action” is done.", "It comes after “Install the GitHub Action”."]);
        progress.Stages[1].State.ShouldBe(TaskState.Locked);
        progress.Stages[1].BlockedBy.ShouldBe(["“Setup” opens when “Account created” is done."]);
        progress.Next!.Task.Id.ShouldBe("welcome_email");
    }

    [Fact]
    public void An_event_completes_a_task_in_any_state_and_a_reset_of_its_step_reopens_it()
    {
        // Locked: nothing of its stage is open yet.
        RunCourse.Of(Own, Story(Done("first_issue_tagged", 1))).Of("first_issue_tagged").Done.ShouldBeTrue();
        // Skipped, then seen.
        var seen = Story(Act("watch_intro", TaskAction.Skip, 1)) with { Counted = new Dictionary<string, Counted> { ["watch_intro"] = new(1, Start.AddDays(2), "event:7") } };
        RunCourse.Of(Own, seen).Of("watch_intro").ShouldSatisfyAllConditions(task => task.Done.ShouldBeTrue(), task => task.By.ShouldBe("event:7"));
        // Done, reset, done again.
        var reset = RunCourse.Of(Own, Story(Done("account_created", 1), Reset("account_created", 2)));
        reset.Of("account_created").State.ShouldBe(TaskState.Available);
        reset.Stages[1].State.ShouldBe(TaskState.Locked);
        RunCourse.Of(Own, Story(Done("account_created", 1), Reset("account_created", 2), Done("account_created", 3))).Of("account_created").Since.ShouldBe(Start.AddDays(3));
    }

    [Fact]
    public void Skipped_is_not_done()
    {
        var progress = RunCourse.Of(Own, Story(Act("watch_intro", TaskAction.Skip, 1)));
        progress.Done.ShouldBe(0);
        progress.Points.ShouldBe(0);
        progress.Percent.ShouldBe(0);
    }

    [Fact]
    public void A_stage_that_somebody_opened_stays_open()
    {
        var progress = RunCourse.Of(Own, Story(new Happening(HappeningKind.StageUnlocked, "mastery", Start.AddDays(1), Start.AddDays(1), "u", "user:bob")));
        progress.Of("give_feedback").State.ShouldBe(TaskState.Available);
        progress.Of("five_prs_merged").BlockedBy.ShouldBe(["It comes after “Merge the first pull request”."]);
        progress.Current!.Id.ShouldBe("mastery");
    }

    [Fact]
    public void With_all_that_is_required_it_is_completed_and_badges_are_earned()
    {
        var progress = RunCourse.Of(Own, Story([.. OnboardingSteps.All.Select((step, n) => Done(step, n))]) with
        {
            Counted = new Dictionary<string, Counted> { ["first_pr_merged"] = new(1, Start.AddDays(6), "event:1"), ["five_prs_merged"] = new(5, Start.AddDays(9), "event:5"), ["four_active_weeks"] = new(4, Start.AddDays(30), "usage") },
        });
        progress.Current.ShouldBeNull();
        progress.CompletedAt.ShouldBe(Start.AddDays(30));
        progress.Percent.ShouldBe(50);
        progress.Badges.Select(badge => badge.Id).ShouldBe(["on_board", "connected", "first_fix", "explorer", "master"]);
        progress.Stages.ShouldAllBe(stage => stage.Completed);
    }

    // What must be so of any progress; empty where it is.
    private static string Faults(CustomerProgress progress)
    {
        var done = progress.Tasks.Where(task => task.Done).Select(task => task.Task.Id).ToHashSet();
        foreach (var task in progress.Tasks)
        {
            var name = $"{task.Task.Id} {task.State}";
            if (task.State == TaskState.Locked && task.BlockedBy.Count == 0) return $"{name}: locked by nothing";
            if (task.State == TaskState.Available && task.BlockedBy.Count > 0) return $"{name}: available and blocked";
            if (task.State == TaskState.Available && !task.Task.DependsOn.All(done.Contains)) return $"{name}: available before what it comes after";
            if (task.Attempts < 0 || task.State is TaskState.InProgress or TaskState.Failed && task.Attempts == 0) return $"{name}: {task.Attempts} attempts";
            if (task.State != TaskState.Locked && task.OpenedAt is null) return $"{name}: never opened";
            foreach (var action in Enum.GetValues<TaskAction>())
            {
                var next = TaskMoves.After(task.State, action);
                if (TaskMoves.Refuse(task.Task, task, action, byCustomer: false) is null && next is null) return $"{name}: {action} is allowed and leads nowhere";
            }
        }

        foreach (var stage in progress.Stages)
        {
            if (stage.Completed != CanBeDone.IsDone(stage.Stage, done)) return $"stage {stage.Stage.Id} {stage.State}";
            if (stage.State == TaskState.Locked && stage.Tasks.Any(task => task.State != TaskState.Locked)) return $"stage {stage.Stage.Id} is locked and a task of it is not";
            if (stage.State is TaskState.Skipped or TaskState.Failed) return $"stage {stage.Stage.Id} {stage.State}";
        }

        if (progress.Points != progress.Tasks.Where(task => task.Done).Sum(task => task.Task.Points)) return "points";
        if (progress.Percent != 100 * done.Count / progress.Tasks.Count) return "percent";
        if ((progress.Current is null) != progress.Stages.All(stage => stage.Completed) || (progress.CompletedAt is null) != (progress.Current is not null)) return "completion";
        if (progress.Current is { } current && progress.Stages.First(stage => stage.Stage == current).Completed) return "current stage is done";
        return "";
    }

    private static string Text(CustomerProgress progress) => System.Text.Json.JsonSerializer.Serialize(new
    {
        tasks = progress.Tasks.Select(task => new { task.Task.Id, task.State, task.Since, task.OpenedAt, task.By, task.Attempts, task.BlockedBy }),
        stages = progress.Stages.Select(stage => new { stage.State, stage.Since }),
        progress.LastProgressAt,
        progress.CompletedAt,
    });

    private static WorkflowDefinition Harder() => Own with
    {
        Version = 2,
        Stages = [.. Own.Stages.Select(stage => stage with
        {
            Tasks = [.. stage.Tasks.Select(task => task.Step is not null ? task : task with
            {
                Id = task.Id + "_anew",
                Was = [task.Id],
                Required = true,
                DependsOn = ["first_pr_generated"],
                CompletesOn = task.CompletesOn! with { Count = 90 },
            })],
            Unlock = [],
        })],
        Badges = [],
    };

    private static CourseFacts Story(params Happening[] happenings) => new("acme", Start, happenings, new Dictionary<string, Counted>());

    private static Happening Done(string step, double day) => new(HappeningKind.StepDone, step, Start.AddDays(day), Start.AddDays(day), $"d{day}", $"event:d{day}");

    private static Happening Reset(string step, double day) => new(HappeningKind.StepReset, step, Start.AddDays(day), Start.AddDays(day), $"r{day}", "user:bob");

    private static Happening Act(string task, TaskAction action, double day) => new(HappeningKind.Acted, task, Start.AddDays(day), Start.AddDays(day), $"a{day}", "user:bob") { Action = action };

    private static Arbitrary<CourseFacts> Stories()
    {
        var tasks = Own.Tasks.Select(task => task.Id).Append("no_such_task").ToArray();
        var happening =
            from kind in Gen.Choose(0, 9)
            from step in Gen.Elements<string>([.. OnboardingSteps.All])
            from task in Gen.Elements(tasks)
            from action in Gen.Elements(Enum.GetValues<TaskAction>())
            from stage in Gen.Elements("welcome", "setup", "features", "mastery", "no_such_stage")
            from hour in Gen.Choose(-24, 24 * 20)
            from late in Gen.Choose(0, 2)
            from id in Gen.Choose(0, 1_000_000)
            select new Happening(
                kind < 3 ? HappeningKind.StepDone : kind == 3 ? HappeningKind.StepReset : kind < 9 ? HappeningKind.Acted : HappeningKind.StageUnlocked,
                kind < 4 ? step : kind < 9 ? task : stage, Start.AddHours(hour), Start.AddHours(hour + late), $"{id:000000}", "user:bob") { Action = action };
        var counted =
            from task in Gen.Elements(tasks)
            from hour in Gen.Choose(0, 24 * 20)
            from reached in Gen.Choose(0, 2)
            select (task, new Counted(1, reached > 0 ? Start.AddHours(hour) : null, "event:c"));
        return (from happenings in happening.ListOf()
                from counts in counted.ListOf()
                select new CourseFacts("acme", Start, [.. happenings.DistinctBy(each => each.Id)], counts.GroupBy(one => one.Item1, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Item2))).ToArbitrary();
    }
}
