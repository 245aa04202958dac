using CustomerSuccess.Insights.OnboardingAnalytics;

namespace CustomerSuccess.Insights;

/// <summary>What the figures of all rooms say together. Only reads.</summary>
public static class InsightsRoom
{
    public static void Add(IServiceCollection services) => services.AddSingleton<LatestAnalytics>();

    public static void Map(IEndpointRouteBuilder app) => AnalyticsDoor.Map(app);
}
