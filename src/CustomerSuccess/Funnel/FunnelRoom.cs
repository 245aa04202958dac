using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Calls;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Funnel.Journeys;
using CustomerSuccess.Funnel.Overview;
using CustomerSuccess.Funnel.Sections;
using CustomerSuccess.Funnel.Tracking;
using CustomerSuccess.Funnel.Visits;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel;

/// <summary>From the first visit over sign-up, API key and first call to repeated use: where customers come from, and where they stop.</summary>
public static class FunnelRoom
{
    public static IReadOnlyList<Fold> Folds { get; } =
    [
        new([], Sql.Read("Funnel/arrivals.sql"), On: FoldOn.Arrival, Takes: Moves),
        new(["journeys"], Sql.Read("Funnel/moves.sql"), On: FoldOn.Move),
    ];

    public static IReadOnlyList<Trail> Trails { get; } = [new(FollowEvents.CatchUp, RebuildVisits.Run)];

    private static bool Moves(Envelope e) => e.Type is EventTypes.PageView or EventTypes.Signup or EventTypes.ApiKeyCreated or EventTypes.ApiCall or EventTypes.ApiCallsFailed;

    public static void Add(IServiceCollection services)
    {
        services.AddHostedService<FunnelWorker>();
        services.AddSingleton<TrackFunnel>();
        services.AddSingleton<LatestFunnel>();
        services.AddSingleton(_ => new CallNotes());
        services.AddHostedService<RecordCalls>();
    }

    /// <summary>Outside of sign-in.</summary>
    public static void Use(IApplicationBuilder app) => NoteCalls.Use(app);

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/funnel").WithTags("Funnel");
        foreach (var (path, door) in new (string, Delegate)[]
        {
            ("page-views", TrackFunnel.PostPageView), ("signups", TrackFunnel.PostSignup), ("api-keys", TrackFunnel.PostApiKey), ("api-calls", TrackFunnel.PostApiCall),
        })
            api.MapPost(path, door).RequireAuthorization(Permissions.Ingest).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
        api.MapGet("summary", GetSummary.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("daily", GetDailyMetrics.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("journeys", ListJourneys.Handle).RequireAuthorization(Permissions.Viewer);

        app.MapGet("/funnel", ShowFunnel.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/live/funnel", ShowFunnel.Live).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/funnel/journeys", ShowJourneys.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/settings/funnel", EditFunnelSettings.Show).RequireAuthorization(Permissions.Admin).ExcludeFromDescription();
        app.MapPost("/settings/funnel", EditFunnelSettings.Submit).RequireAuthorization(Permissions.Admin).ExcludeFromDescription();
    }

    public static void Commands(RootCommand root, CliHost host) => root.Add(FunnelCommands.Make(host));
}
