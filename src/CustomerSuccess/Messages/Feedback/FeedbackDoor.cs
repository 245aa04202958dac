using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Feedback.Clicks;
using CustomerSuccess.Messages.Feedback.SendGrid;
using CustomerSuccess.Messages.Feedback.Smtp;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Metrics;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>What comes back from mails that were sent: doors for providers, and who judges clicks.</summary>
public static class FeedbackDoor
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(FeedbackSettings.Read(settings));
        services.AddSingleton<FeedbackKeys>().AddSingleton<StoreFeedback>().AddSingleton<TakeBounce>().AddSingleton<JudgeClicks>();
        services.AddHostedService(all => all.GetRequiredService<JudgeClicks>());
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        // Needs no key of ours: each delivery is signed.
        app.MapPost("/webhooks/sendgrid", ReceiveSendGrid.Handle).AllowAnonymous().WithTags("Messages").AddEndpointFilter(WebhookMetrics.Around("sendgrid", "events"))
            .WithMetadata(new RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
        app.MapPost("/api/v1/outbox/bounces", TakeBounce.Handle).RequireAuthorization(Permissions.Ingest).WithTags("Messages")
            .Accepts<string>("message/rfc822").WithMetadata(new RequestSizeLimitAttribute(RequestBody.MostRead)).DisableAntiforgery();
    }

    public static void Commands(RootCommand root, CliHost host) => root.Add(TakeBounce.Command(host));
}
