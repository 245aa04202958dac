using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding;

/// <summary>The five-step record of every customer: what is done, what stands in the way, when it was completed.</summary>
public static class OnboardingRoom
{
    public static IReadOnlyList<Replay> Replays { get; } =
    [
        new("onboarding", ["customer_id"],
            ["customer_id", "row_id", .. OnboardingSteps.All, "sources", "untimed", "done", "completed_at", "blocker_type", "notes", "blocked_at", "blocked_by"],
            Sql.Read("Onboarding/onboarding.sql"), Replayed, Needed: Sql.Read("Onboarding/needed.sql")),
    ];

    /// <summary>
    /// The fifth step leads, once in a customer's life, to onboarding_completed. What takes it back leads to nothing: whoever writes that
    /// asks again when all is taken back.
    /// </summary>
    public static IReadOnlyList<Decision> Decisions { get; } =
    [
        new(EventTypes.OnboardingCompleted, Sql.Read("Onboarding/completed.sql"), type => Replayed(type) && !type.EndsWith(EventTypes.WithdrawnSuffix, StringComparison.Ordinal)),
        Workflow.WorkflowDoor.Begins,
    ];

    public static IReadOnlyList<Fold> Folds => Workflow.WorkflowDoor.Folds;

    public static IReadOnlyList<Trail> Trails => Workflow.WorkflowDoor.Trails;

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        Workflow.WorkflowDoor.Add(services);
        Widget.WidgetDoor.Add(services, settings);
    }

    public static void Commands(RootCommand root, CliHost host)
    {
        root.Add(Workflow.WorkflowCommands.Make(host));
        root.Add(Widget.WidgetCommands.Make(host));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        Workflow.WorkflowDoor.Map(app);
        Widget.WidgetDoor.Map(app);
        var one = app.MapGroup("/api/v1/customers/{id}").OfCustomer().WithTags("Onboarding");
        one.MapGet("onboarding", GetOnboarding.Handle).RequireAuthorization(Permissions.Viewer);
        one.MapPut("onboarding/{step}", SetStep.Handle).RequireAuthorization(Permissions.Manager);
        one.MapDelete("onboarding/{step}", SetStep.Reset).RequireAuthorization(Permissions.Manager);
        one.MapPost("blocker", RecordBlocker.Handle).RequireAuthorization(Permissions.Manager);
        one.MapDelete("blocker", ClearBlocker.Handle).RequireAuthorization(Permissions.Manager);

        // Forms of the customer's page.
        var page = app.MapGroup("/customers/{id}").ExcludeFromDescription();
        page.MapPost("onboarding/{step}", SetStep.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("tasks/{task}", Workflow.ActOnTask.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("blocker", RecordBlocker.Submit).RequireAuthorization(Permissions.Manager);
        page.MapPost("blocker/clear", ClearBlocker.Submit).RequireAuthorization(Permissions.Manager);
    }

    public static IReadOnlyList<Platform.Jobs.Job> Jobs(IServiceProvider all) => Workflow.Behind.TakePace.Jobs(all);

    private static bool Replayed(string type) =>
        type.StartsWith("onboarding_", StringComparison.Ordinal) || type is EventTypes.CustomerCreated or EventTypes.CustomerUpdated;
}
