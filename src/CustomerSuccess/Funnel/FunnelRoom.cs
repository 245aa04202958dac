using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Funnel.Journeys;
using CustomerSuccess.Funnel.Visits;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel;

/// <summary>From the first visit over sign-up, API key and first call to repeated use: where customers come from, and where they stop.</summary>
public static class FunnelRoom
{
    public static IReadOnlyList<Fold> Folds { get; } =
    [
        new([], Sql.Read("Funnel/arrivals.sql"), On: FoldOn.Arrival),
        new(["journeys"], Sql.Read("Funnel/moves.sql"), On: FoldOn.Move),
    ];

    public static IReadOnlyList<Trail> Trails { get; } = [new(FollowEvents.CatchUp, RebuildVisits.Run)];

    public static void Add(IServiceCollection services) => services.AddHostedService<FunnelWorker>();

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/funnel").WithTags("Funnel");
        api.MapGet("summary", GetSummary.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("daily", GetDailyMetrics.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("journeys", ListJourneys.Handle).RequireAuthorization(Permissions.Viewer);
    }

    public static void Commands(RootCommand root, CliHost host) => root.Add(FunnelCommands.Make(host));
}
