using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow.Course;

/// <summary>All that is known of a customer's workflow: what happened, and by task what was counted.</summary>
public sealed record CourseFacts(string CustomerId, DateTime StartedAt, IReadOnlyList<Happening> Happenings, IReadOnlyDictionary<string, Counted> Counted)
{
    /// <summary>The version of the last start or move; a customer without either is on the first.</summary>
    public int Version => Last(HappeningKind.Moved, HappeningKind.Moved)?.Version ?? 1;

    /// <summary>Since when something is recorded to stand in the way; null: nothing is.</summary>
    public DateTime? BlockedAt => Last(HappeningKind.Blocked, HappeningKind.Unblocked) is { Kind: HappeningKind.Blocked } last ? last.At : null;

    private Happening? Last(HappeningKind one, HappeningKind other) =>
        Happenings.Where(each => each.Kind == one || each.Kind == other).OrderBy(each => each.At).ThenBy(each => each.ReceivedAt).ThenBy(each => each.Id, StringComparer.Ordinal).LastOrDefault();
}

/// <summary>
/// Everything that happened, in order, under one definition: where the customer stands. What people did was allowed when they did it, so
/// only a change that the task's own state does not know is passed over; whether what it comes after was done is not asked again. Pure.
/// </summary>
public static class RunCourse
{
    public static CustomerProgress Of(WorkflowDefinition definition, CourseFacts facts)
    {
        var walk = new Walk(definition, facts);
        foreach (var change in Changes(definition, facts)) walk.Take(change.At, change.Do);
        return walk.Result(definition);
    }

    private sealed record Change(DateTime At, int Rank, DateTime ReceivedAt, string Id, Action<Walk> Do);

    private static IEnumerable<Change> Changes(WorkflowDefinition definition, CourseFacts facts)
    {
        var changes = new List<Change>();
        foreach (var task in definition.Tasks)
        {
            if (task.Step is null && facts.Counted.GetValueOrDefault(task.Id) is { ReachedAt: { } at } counted) changes.Add(new(at, 0, at, task.Id, walk => walk.Complete(task, at, counted.By)));
        }

        foreach (var each in facts.Happenings)
        {
            switch (each.Kind)
            {
                case HappeningKind.StepDone when definition.Tasks.FirstOrDefault(task => task.Step == each.Name) is { } task:
                    changes.Add(new(each.At, 1, each.ReceivedAt, each.Id, walk => walk.Complete(task, each.At, each.Actor, each.Untimed)));
                    break;
                case HappeningKind.StepReset when definition.Tasks.FirstOrDefault(task => task.Step == each.Name) is { } task:
                    changes.Add(new(each.At, 1, each.ReceivedAt, each.Id, walk => walk.Reopen(task)));
                    break;
                case HappeningKind.Acted when definition.Tasks.FirstOrDefault(task => task.Is(each.Name)) is { } task:
                    changes.Add(new(each.At, 1, each.ReceivedAt, each.Id, walk => walk.Act(task, each)));
                    break;
                case HappeningKind.StageUnlocked:
                    changes.Add(new(each.At, 1, each.ReceivedAt, each.Id, walk => walk.Unlock(each.Name)));
                    break;
                case HappeningKind.Moved:
                    changes.Add(new(each.At, 1, each.ReceivedAt, each.Id, walk => walk.Keep(each.Kept)));
                    break;
            }
        }

        return changes.OrderBy(each => each.At).ThenBy(each => each.Rank).ThenBy(each => each.ReceivedAt).ThenBy(each => each.Id, StringComparer.Ordinal);
    }

    // Available stands for "nobody touched it": whether that is locked follows from the others.
    private sealed class Walk
    {
        private readonly WorkflowDefinition definition;
        private readonly CourseFacts facts;
        private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Place> stages = new(StringComparer.Ordinal);
        private readonly HashSet<string> unlocked = new(StringComparer.Ordinal);
        private readonly HashSet<string> done = new(StringComparer.Ordinal);
        private DateTime now;
        private DateTime last;
        private DateTime? completed;
        private (string? Stage, DateTime Since) current;

        public Walk(WorkflowDefinition definition, CourseFacts facts)
        {
            (this.definition, this.facts, now, last) = (definition, facts, facts.StartedAt, facts.StartedAt);
            foreach (var task in definition.Tasks) places[task.Id] = new();
            foreach (var stage in definition.Stages) stages[stage.Id] = new();
            Settle(first: true);
        }

        public void Take(DateTime at, Action<Walk> change)
        {
            now = at;
            change(this);
            Settle();
        }

        public void Complete(TaskDefinition task, DateTime at, string by, bool untimed = false)
        {
            var place = places[task.Id];
            if (place.Mark == TaskState.Completed) return;
            if (place.Mark == TaskState.Available) place.Attempts++;
            Move(place, TaskState.Completed, by);
            (place.At, place.Untimed) = (at, untimed);
            done.Add(task.Id);
        }

        public void Reopen(TaskDefinition task)
        {
            if (places[task.Id].Mark != TaskState.Completed) return;
            Move(places[task.Id], TaskState.Available, "");
            done.Remove(task.Id);
        }

        public void Act(TaskDefinition task, Happening each)
        {
            // A step's task is done with the step, and only with it.
            if (task.Step is not null && each.Action == TaskAction.Complete) return;
            var place = places[task.Id];
            if (TaskMoves.After(place.Mark, each.Action) is not { } next) return;
            if (next == TaskState.Completed)
            {
                Complete(task, each.At, each.Actor);
                return;
            }

            if (each.Action == TaskAction.Start) place.Attempts++;
            Move(place, next, each.Actor);
        }

        public void Unlock(string stage)
        {
            if (unlocked.Add(stage)) last = now;
        }

        public void Keep(IReadOnlyList<Kept> kept)
        {
            foreach (var one in kept)
            {
                if (definition.Tasks.FirstOrDefault(task => task.Step is null && task.Is(one.Task)) is not { } task) continue;
                if (!done.Contains(task.Id)) Complete(task, one.At, one.By);
                else if (places[task.Id] is var place && one.At < place.At) (place.At, place.By) = (one.At, one.By);
            }
        }

        private void Move(Place place, TaskState to, string by) => (place.Mark, place.By, place.At, place.Untimed, last) = (to, by, now, false, now);

        // What follows from where the tasks stand: which are open, how the stages are, where the customer is.
        private void Settle(bool first = false)
        {
            foreach (var stage in definition.Stages)
            {
                var open = Open(stage);
                foreach (var task in stage.Tasks)
                {
                    var place = places[task.Id];
                    Show(place, place.Mark != TaskState.Available ? place.Mark : open && task.DependsOn.All(done.Contains) ? TaskState.Available : TaskState.Locked);
                }

                Show(stages[stage.Id], CanBeDone.IsDone(stage, done) ? TaskState.Completed
                    : stage.Tasks.Any(task => places[task.Id].Mark != TaskState.Available) ? TaskState.InProgress : open ? TaskState.Available : TaskState.Locked);
            }

            var all = definition.Stages.All(stage => CanBeDone.IsDone(stage, done));
            completed = all ? completed ?? now : null;
            var where = all ? null : (definition.Stages.LastOrDefault(stage => Open(stage) && !CanBeDone.IsDone(stage, done)) ?? definition.Stages.First(stage => !CanBeDone.IsDone(stage, done))).Id;
            if (first || where != current.Stage) current = (where, now);
        }

        private bool Open(StageDefinition stage) => unlocked.Contains(stage.Id) || stage.Unlock.All(unlock => CanBeDone.Holds(unlock, definition, done));

        private void Show(Place place, TaskState state)
        {
            if (state != TaskState.Locked) place.OpenedAt ??= now;
            if (place.Shown == state && place.Since is not null) return;
            (place.Shown, place.Since) = (state, now);
        }

        public CustomerProgress Result(WorkflowDefinition definition)
        {
            var shown = definition.Stages.Select(stage =>
            {
                var tasks = stage.Tasks.Select(task =>
                {
                    var place = places[task.Id];
                    var counted = task.Step is null ? facts.Counted.GetValueOrDefault(task.Id)?.N ?? 0 : place.Shown == TaskState.Completed ? 1 : 0;
                    return new TaskProgress(task, stage.Id, place.Shown, place.Shown == TaskState.Completed ? place.At : place.Since!.Value, place.OpenedAt, place.By, place.Attempts,
                        counted, place.Untimed, place.Shown is TaskState.Completed or TaskState.Skipped ? [] : Waits(stage, task));
                }).ToList();
                var of = stages[stage.Id];
                return new StageProgress(stage, of.Shown, of.Since!.Value, of.OpenedAt, tasks, tasks.Count(task => task.Done), Percent.Of(tasks.Count(task => task.Done), tasks.Count),
                    of.Shown == TaskState.Completed || Open(stage) ? [] : [.. Conditions(stage)]);
            }).ToList();
            var points = definition.Tasks.Where(task => done.Contains(task.Id)).Sum(task => task.Points);
            return new CustomerProgress(facts.CustomerId, definition.Version, facts.StartedAt, shown, definition.Stages.FirstOrDefault(stage => stage.Id == current.Stage), current.Since,
                points, [.. definition.Badges.Where(badge => Earned(badge, points))], last, completed);
        }

        private bool Earned(BadgeDefinition badge, int points) =>
            badge.Task is { } task ? done.Contains(task) : badge.Stage is { } stage ? CanBeDone.IsDone(definition.Stages.First(each => each.Id == stage), done) : points >= badge.Points;

        private List<string> Waits(StageDefinition stage, TaskDefinition task)
        {
            var words = Open(stage) ? [] : Conditions(stage).ToList();
            words.AddRange(task.DependsOn.Where(needs => !done.Contains(needs)).Select(needs =>
                $"It comes after “{definition.TitleOf(needs)}”{places[needs].Mark switch { TaskState.Skipped => ", which was skipped", TaskState.Failed => ", which has failed", _ => "" }}."));
            return words;
        }

        private IEnumerable<string> Conditions(StageDefinition stage) => stage.Unlock.Where(unlock => !CanBeDone.Holds(unlock, definition, done)).Select(unlock => $"“{stage.Title}” opens {When(unlock)}.");

        private string When(UnlockCondition unlock) =>
            unlock.Task is { } task ? $"when “{definition.TitleOf(task)}” is done"
            : unlock.Points is { } points ? $"with {points} points"
            : definition.Stages.First(each => each.Id == unlock.Stage) is var other && unlock.Tasks is { } many ? $"when {many} tasks of “{other.Title}” are done" : $"when “{other.Title}” is done";
    }

    private sealed class Place
    {
        public TaskState Mark { get; set; } = TaskState.Available;

        public TaskState Shown { get; set; } = TaskState.Locked;

        public DateTime? Since { get; set; }

        public DateTime? OpenedAt { get; set; }

        public DateTime At { get; set; }

        public string By { get; set; } = "";

        public int Attempts { get; set; }

        public bool Untimed { get; set; }
    }
}
