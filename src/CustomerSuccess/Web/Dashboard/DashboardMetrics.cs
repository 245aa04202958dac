using System.Diagnostics.Metrics;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform.Kit;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Web.Dashboard;

/// <summary>The dashboard's figures for whoever watches the business: the same ones that its readers share, and no query of their own.</summary>
public sealed class DashboardMetrics : Sampled
{
    private static readonly Metric CustomersMetric = Metric.Gauge("cs_customers", "Customers in totals by how they stand and where they are in their onboarding",
        Label.Of("status", Words.Statuses), Label.Of("stage", OnboardingSteps.Stages));
    private static readonly Metric CompletedMetric = Metric.Gauge("cs_onboarding_completed_ratio", "Customers whose onboarding is complete, of all in totals");
    private static readonly Metric ProgressMetric = Metric.Gauge("cs_onboarding_progress_ratio", "Onboarding steps done, of all there are to do");
    private static readonly Metric BlockedMetric = Metric.Gauge("cs_customers_blocked", "Customers with a blocker");
    private static readonly Metric NeedingMetric = Metric.Gauge("cs_customers_needing_attention", "Customers at risk or blocked, and not inactive");
    private static readonly Metric ActiveMetric = Metric.Gauge("cs_customers_active_today", "Customers that did something on this UTC day");
    private static readonly Metric SuccessMetric = Metric.Gauge("cs_pull_requests_merged_ratio", "Pull requests that were merged, of those that were generated");

    private readonly LatestFigures latest;
    private DashboardFigures? figures;

    public DashboardMetrics(LatestFigures latest, Instruments instruments, ILogger<DashboardMetrics> log)
        : base(log)
    {
        this.latest = latest;
        instruments.Watch(CustomersMetric, () => figures is not { } now ? [] : now.Groups
            .GroupBy(group => (group.Status, Stage: OnboardingSteps.Stage(group.Steps, group.Completed)))
            .Select(each => Of(each.Sum(group => group.Customers), new("status", each.Key.Status), new KeyValuePair<string, object?>("stage", each.Key.Stage))));
        instruments.Watch(CompletedMetric, () => Ratio(figures?.Completed, figures?.Total));
        instruments.Watch(ProgressMetric, () => Ratio(figures?.Groups.Sum(group => group.Customers * int.PopCount(group.Steps)), figures?.Total * OnboardingSteps.All.Count));
        instruments.Watch(BlockedMetric, () => figures?.Blocked);
        instruments.Watch(NeedingMetric, () => figures?.Needing);
        instruments.Watch(ActiveMetric, () => figures?.ActiveToday);
        instruments.Watch(SuccessMetric, () => Ratio(figures?.Merged, figures?.Generated));
    }

    public static IReadOnlyList<Metric> All { get; } = [CustomersMetric, CompletedMetric, ProgressMetric, BlockedMetric, NeedingMetric, ActiveMetric, SuccessMetric];

    protected override bool Empty => figures is null;

    protected override void Forget() => figures = null;

    protected override async Task Read(CancellationToken ct) => figures = await latest.Now().WaitAsync(ct);

    // Of nothing there is no part.
    private static double? Ratio(double? part, double? all) => all > 0 ? part / all : null;
}
