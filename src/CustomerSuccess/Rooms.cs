using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Customers;
using CustomerSuccess.Engagement;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel;
using CustomerSuccess.Health;
using CustomerSuccess.Insights;
using CustomerSuccess.Messages;
using CustomerSuccess.Milestones;
using CustomerSuccess.Monitoring;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Metrics;
using CustomerSuccess.Tracking;
using CustomerSuccess.Webhooks;

namespace CustomerSuccess;

/// <summary>The rooms of the house, lowest first. Adding a room is adding its lines here.</summary>
public static class Rooms
{
    /// <summary>Everything that is derived from events, by every process that writes them: web, workers, command line.</summary>
    public static Projections Projections { get; } = new(
        [.. CustomersRoom.Folds, .. EngagementRoom.Folds, .. FunnelRoom.Folds, .. OnboardingRoom.Folds, .. MilestonesRoom.Folds, .. HealthRoom.Folds, .. MessagesRoom.Folds],
        [.. CustomersRoom.Replays, .. OnboardingRoom.Replays],
        [.. OnboardingRoom.Decisions],
        [.. Customers.Identities.DerivedTables.All])
    { Trails = [.. FunnelRoom.Trails, .. OnboardingRoom.Trails, .. MilestonesRoom.Trails] };

    /// <summary>Everything that is measured, in the order of docs/operate/metrics.md.</summary>
    public static Catalog Metrics { get; } = new(
        [.. PlatformRoom.Metrics, .. IngestMetrics.All, .. MessageMetrics.All, .. MonitoringRoom.Metrics, .. Web.Dashboard.DashboardMetrics.All]);

    /// <summary>Services, also for commands that run without a web server.</summary>
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        PlatformRoom.Add(services, settings);
        services.AddSingleton(Projections).AddSingleton(Metrics);
        EventsRoom.Add(services, settings);
        CustomersRoom.Add(services, settings);
        OnboardingRoom.Add(services, settings);
        FunnelRoom.Add(services);
        MilestonesRoom.Add(services);
        HealthRoom.Add(services);
        AccessRoom.Add(services, settings);
        Funnel.Engine.EngineDoor.Add(services, settings);
        TrackingRoom.Add(services);
        WebhooksRoom.Add(services, settings);
        MessagesRoom.Add(services, settings);
        InsightsRoom.Add(services);
        MonitoringRoom.Add(services, settings);
        Web.WebRoom.Add(services, settings);
        Schedule.Add(services);
    }

    /// <summary>Middleware, outermost first; routing, sign-in and permission checks come by themselves.</summary>
    public static void Use(WebApplication app)
    {
        MonitoringRoom.Use(app);
        Web.WebRoom.Use(app);
        PlatformRoom.Use(app);
        FunnelRoom.Use(app);
        AccessRoom.Use(app);
    }

    /// <summary>Routes, each with its permission beside it.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        PlatformRoom.Map(app);
        EventsRoom.Map(app);
        CustomersRoom.Map(app);
        EngagementRoom.Map(app);
        OnboardingRoom.Map(app);
        FunnelRoom.Map(app);
        MilestonesRoom.Map(app);
        HealthRoom.Map(app);
        Funnel.Engine.EngineDoor.Map(app);
        TrackingRoom.Map(app);
        WebhooksRoom.Map(app);
        MessagesRoom.Map(app);
        InsightsRoom.Map(app);
        MonitoringRoom.Map(app);
        AccessRoom.Map(app);
        Web.WebRoom.Map(app);
    }

    /// <summary>Commands of ./cs.</summary>
    public static void Commands(RootCommand root, CliHost host)
    {
        AccessRoom.Commands(root, host);
        EventCommands.Add(root, host, Projections);
        OnboardingRoom.Commands(root, host);
        FunnelRoom.Commands(root, host);
        MilestonesRoom.Commands(root, host);
        MessagesRoom.Commands(root, host);
        Cli.TrackingCommands.Add(root, host);
    }

    /// <summary>
    /// Before the web server listens, on a migrated database: the first admin, and with --demo the sample data.
    /// Answers with what the person who starts it must know: (what, value), printed under the address.
    /// </summary>
    public static async Task<IReadOnlyList<(string What, string Value)>> Prepare(IServiceProvider services, bool demo, CancellationToken ct)
    {
        var facts = await AccessRoom.Prepare(services, demo, ct);
        await MessagesRoom.Prepare(services, ct);
        return demo ? [.. facts, ("Demo data", await Cli.Demo.LoadDemo.Run(services, ct))] : facts;
    }
}
