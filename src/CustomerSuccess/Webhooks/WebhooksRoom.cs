using CustomerSuccess.Events;
using CustomerSuccess.Platform.Jobs;
using CustomerSuccess.Webhooks.Deliveries;
using CustomerSuccess.Webhooks.GitHub;
using CustomerSuccess.Webhooks.GitHub.Missed;
using CustomerSuccess.Webhooks.Setup;
using CustomerSuccess.Webhooks.Stripe;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Webhooks;

/// <summary>What GitHub and Stripe tell us by themselves. Their doors need no key: each delivery is signed.</summary>
public static class WebhooksRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(WebhookSettings.Read(settings));
        services.AddSingleton<Arrangements>().AddSingleton<SignedBody>().AddSingleton<StoreDelivery>().AddSingleton<RefusedDeliveries>().AddSingleton<ChangeArrangement>();
        services.AddSingleton(GitHubApiSettings.Read(settings)).AddSingleton<GitHubApi>().AddSingleton<FetchMissed>();
        services.AddHostedService(all => all.GetRequiredService<RefusedDeliveries>());
    }

    public static IEnumerable<Job> Jobs(IServiceProvider all) =>
        all.GetRequiredService<GitHubApiSettings>().Set ? [FetchMissed.Job(all), ForgetOld.Job(all)] : [ForgetOld.Job(all)];

    public static void Map(IEndpointRouteBuilder app)
    {
        // GitHub sends up to 25 MB; what the product acts on is far below the 4 MB of every door for events.
        app.MapPost(Provider.GitHub.Path, ReceiveGitHub.Handle).AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
        app.MapPost(Provider.Stripe.Path, ReceiveStripe.Handle).AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
        WebhookPages.Map(app);
    }
}
