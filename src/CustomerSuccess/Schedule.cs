using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Platform.Jobs;
using CustomerSuccess.Tracking.Export;
using CustomerSuccess.Webhooks;

namespace CustomerSuccess;

/// <summary>All recurring work of the product. One hosted service runs it; each job is claimed, so that several processes do it once.</summary>
public static class Schedule
{
    public static void Add(IServiceCollection services) => services.AddHostedService(all => ActivatorUtilities.CreateInstance<RunJobs>(all, Jobs(all)));

    private static IReadOnlyList<Job> Jobs(IServiceProvider all) =>
    [
        .. DailyExport.Jobs(all),
        .. WebhooksRoom.Jobs(all),
        Events.Dialects.DailyVisitors.Forget(all.GetRequiredService<Npgsql.NpgsqlDataSource>()),
        .. TrimReceipts.Jobs(all),
        .. Onboarding.OnboardingRoom.Jobs(all),
        .. Milestones.MilestonesRoom.Jobs(all),
        Messages.TrimMessages.Daily(all.GetRequiredService<Npgsql.NpgsqlDataSource>()),
    ];
}
