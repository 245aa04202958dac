using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Health;

/// <summary>How each customer is doing: the score, its proof, its history, and where everyone stands now.</summary>
public static class HealthRoom
{
    public static IReadOnlyList<Fold> Folds { get; } = [new([], Sql.Read("Health/touched.sql"), Takes: Touches)];

    public static void Add(IServiceCollection services) => services.AddHostedService<HealthWorker>();

    private static bool Touches(Envelope e) => e.Type is not (EventTypes.HealthChanged or EventTypes.NoteAdded or EventTypes.NoteRemoved or EventTypes.NoteRestored
        or EventTypes.PageView or EventTypes.PersonUpdated or EventTypes.EmailSent or EventTypes.MilestoneReached or EventTypes.MilestoneRestated);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/customer-success/health/{id}", GetHealth.Handle).OfCustomer().RequireAuthorization(Permissions.Viewer);
        app.MapPost("/api/customer-success/health/batch", GetHealthBatch.Handle).RequireAuthorization(Permissions.Admin);
    }
}
