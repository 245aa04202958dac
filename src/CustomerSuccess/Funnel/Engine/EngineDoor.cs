using CustomerSuccess.Access;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Funnel.Engine.Explore;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Retention;
using CustomerSuccess.Funnel.Engine.Saved;
using CustomerSuccess.Funnel.Engine.Sessions;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine;

/// <summary>Funnels, retention and sessions that people put together themselves.</summary>
public static class EngineDoor
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(EngineSettings.Read(settings));
        services.AddSingleton(all => new LogReadings(all.GetRequiredService<NpgsqlDataSource>(), all.GetRequiredService<TimeProvider>(), all.GetRequiredService<EngineSettings>(),
            Path.Combine(all.GetRequiredService<Settings>().Data, "funnel-log")));
        services.AddSingleton<AskFunnel>();
        services.AddSingleton<ListDropped>();
        services.AddSingleton<SaveFunnel>();
        services.AddSingleton<GetSessions>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/funnels").WithTags("Funnels");
        api.MapPost("query", AskFunnel.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapPost("query/people", ListDropped.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("", ListFunnels.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapPost("", SaveFunnel.Handle).RequireAuthorization(Permissions.Manager);
        api.MapGet("{id}", ListFunnels.One).RequireAuthorization(Permissions.Viewer);
        api.MapPut("{id}", SaveFunnel.Change).RequireAuthorization(Permissions.Manager);
        api.MapDelete("{id}", SaveFunnel.Remove).RequireAuthorization(Permissions.Manager);
        api.MapGet("{id}/result", AskSavedFunnel.Handle).RequireAuthorization(Permissions.Viewer);
        app.MapGet("/api/v1/retention", GetRetention.Handle).RequireAuthorization(Permissions.Viewer).WithTags("Funnels");
        app.MapGet("/api/v1/sessions", GetSessions.Handle).RequireAuthorization(Permissions.Viewer).WithTags("Funnels");

        app.MapGet("/funnel/retention", ShowRetention.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapGet("/funnel/sessions", ShowSessions.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        var pages = app.MapGroup(ExploreForm.Path).ExcludeFromDescription();
        pages.MapGet("", ShowExplore.Handle).RequireAuthorization(Permissions.Viewer);
        pages.MapGet("people", ShowDropped.Handle).RequireAuthorization(Permissions.Viewer);
        pages.MapPost("saved", KeepFunnel.Submit).RequireAuthorization(Permissions.Manager);
        pages.MapPost("saved/{id}/removal", KeepFunnel.Remove).RequireAuthorization(Permissions.Manager);
    }
}
