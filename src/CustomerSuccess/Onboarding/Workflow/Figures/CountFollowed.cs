using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Figures of some customers by task and by stage. Whoever counts more of them adds to the sums in one walk: of 100,000 customers, fetching each from memory is what takes the time. Pure.</summary>
public static class CountFollowed
{
    public static (IReadOnlyList<TaskFigure> Tasks, IReadOnlyList<StageFigure> Stages) Of(KnownDefinitions definitions, IEnumerable<Followed> customers, DateTime now)
    {
        using var tasks = new TaskSums(definitions, now);
        using var stages = new StageSums(definitions, now);
        foreach (var customer in customers)
        {
            tasks.Add(customer);
            stages.Add(customer);
        }

        return (tasks.Figures(), stages.Figures());
    }
}
