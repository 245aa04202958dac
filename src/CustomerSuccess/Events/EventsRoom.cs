using CustomerSuccess.Access;
using CustomerSuccess.Events.Dialects;
using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Events.Sources;
using CustomerSuccess.Platform.Http;

namespace CustomerSuccess.Events;

/// <summary>The log of everything that happens, and the doors into it.</summary>
public static class EventsRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton<EventLog>().AddSingleton<IngestMetrics>();
        services.AddSingleton<Deeds>();
        services.AddSingleton<Ingest>();
        services.AddHostedService(provider => provider.GetRequiredService<Ingest>());
        services.AddSingleton(all => new ReadyCheck("events", _ => Task.FromResult(all.GetRequiredService<Ingest>().Busy)));
        services.AddSingleton<ActionCalls>().AddSingleton<RejectedMessages>();
        services.AddHostedService(provider => provider.GetRequiredService<RejectedMessages>());
        services.AddSingleton<CountMessages>();
        services.AddHostedService(provider => provider.GetRequiredService<CountMessages>());
        services.AddSingleton<GetIngestion>().AddSingleton<ReplayMessages>().AddSingleton<DiscardMessages>();
        services.AddSingleton(SourceSettings.Read(settings));
        services.AddSingleton<KnownSources>().AddSingleton<CreateSource>().AddSingleton<RevokeSource>().AddSingleton<RecordSourceUse>();
        services.AddHostedService(provider => provider.GetRequiredService<RecordSourceUse>());
        services.AddSingleton<Reception>().AddSingleton<DailyVisitors>().AddSingleton<SentBefore>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/metrics/track", TrackMetric.Handle).RequireAuthorization(Permissions.Ingest)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
        app.MapPost("/api/v1/events", PostEvents.Handle).RequireAuthorization(Permissions.Ingest)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
        app.MapGet("/js/script.js", Tracker.ServeTracker.Handle).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/api/v1/messages/{id}", ExplainMessage.Handle).RequireAuthorization(Permissions.Viewer);
        Sources.Setup.SourcePages.Map(app);
        DialectsDoor.Map(app);
        IngestionPages.Map(app);
        Compare.ComparePages.Map(app);
        app.MapGet("/api/v1/ingestion", GetIngestion.Handle).RequireAuthorization(Permissions.Viewer).WithTags("Events");
        app.MapGet("/api/v1/sources", ListSources.Handle).RequireAuthorization(Permissions.Admin).WithTags("Sources");
        app.MapPost("/api/v1/sources", CreateSource.Handle).RequireAuthorization(Permissions.Admin).WithTags("Sources");
        app.MapDelete("/api/v1/sources/{id}", RevokeSource.Handle).RequireAuthorization(Permissions.Admin).WithTags("Sources");
    }
}
