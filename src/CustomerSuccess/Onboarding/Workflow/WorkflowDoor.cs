using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>The automated onboarding: stages and tasks from versioned definitions, progress from events, what blocks and what comes next.</summary>
public static class WorkflowDoor
{
    public static IReadOnlyList<Fold> Folds { get; } =
    [
        new([], Sql.Read("Onboarding/Workflow/Behind/noted.sql"), On: FoldOn.Arrival, Takes: Noted),
        new(["workflow", "workflow_tasks", "workflow_stages"], Sql.Read("Onboarding/Workflow/Behind/again.sql"), On: FoldOn.Move),
    ];

    public static IReadOnlyList<Trail> Trails { get; } = [new(FollowWorkflow.CatchUp, (_, _, _) => Task.FromResult<IReadOnlyList<Rebuild.Difference>>([]))];

    /// <summary>With which version a customer begins is decided once, where it is not the first.</summary>
    public static Decision Begins { get; } = new(WorkflowEvents.Started, Sql.Read("Onboarding/Workflow/started.sql"), type => type == EventTypes.CustomerCreated) { Lasting = true };

    // No definition may wait for these; which of the others one waits for, the table says.
    private static bool Noted(Envelope e) => e.Type is not (EventTypes.PageView or EventTypes.HealthChanged or EventTypes.NoteAdded or EventTypes.NoteRemoved or EventTypes.NoteRestored
        or EventTypes.EmailSent or EventTypes.ApiCallsFailed or WorkflowEvents.StageCompleted);

    public static void Add(IServiceCollection services) => services.AddSingleton<Versions.ChangeDefinitions>().AddSingleton<Figures.FollowedCustomers>().AddSingleton<Board.LatestBoard>()
        .AddHostedService<WorkflowWorker>().AddHostedService(all => all.GetRequiredService<Figures.FollowedCustomers>());

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/customer-success/onboarding").WithTags("Onboarding");
        api.MapGet("workflow", GetWorkflow.Handle).OfCustomer("customer_id", inQuery: true).RequireAuthorization(Permissions.Viewer).Example("get workflow");
        api.MapPatch("workflow", MoveCustomer.Handle).RequireAuthorization(Permissions.Manager).Example("patch workflow");
        api.MapGet("tasks", ListTasks.Handle).OfCustomer("customer_id", inQuery: true).RequireAuthorization(Permissions.Viewer).Example("get tasks");
        api.MapPatch("tasks", ActOnTask.Handle).RequireAuthorization(Permissions.Manager).Example("patch tasks");
        api.MapGet("stages", ListStages.Handle).OfCustomer("customer_id", inQuery: true).RequireAuthorization(Permissions.Viewer).Example("get stages");
        api.MapPatch("stages", ActOnStage.Handle).RequireAuthorization(Permissions.Manager).Example("patch stages");
        api.MapPost("bulk-actions", Bulk.ActOnCustomers.Handle).RequireAuthorization(Permissions.Manager).Example("post bulk-actions");
        Board.ShowBoard.Map(app);
        Bulk.BulkPages.Map(app);
        Versions.DefinitionApi.Map(app);
        Versions.DefinitionPages.Map(app);
    }
}
