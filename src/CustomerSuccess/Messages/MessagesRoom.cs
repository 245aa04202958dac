using System.CommandLine;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Causes;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Feedback;
using CustomerSuccess.Messages.Log;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Schedules;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages;

/// <summary>What customers and the team hear from us: once, for a reason, and written down whatever came of it.</summary>
public static class MessagesRoom
{
    public static IReadOnlyList<Fold> Folds => CauseFolds.All;

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(MessageSettings.Read(settings));
        services.AddSingleton(ChannelSettings.Read(settings)).AddSingleton<KnownChannels>().AddSingleton<Buckets>();
        TemplatesDoor.Add(services);
        ConsentDoor.Add(services);
        FeedbackDoor.Add(services, settings);
        services.AddSingleton<ClaimMessages>().AddSingleton<RecordOutcome>().AddSingleton<DeliverMessage>().AddSingleton<ResendMessage>().AddSingleton<ChangeChannels>();
        services.AddHostedService<SendMessages>();
        services.AddSingleton<ChangeCauses>();
        SchedulesDoor.Add(services);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/outbox").WithTags("Messages");
        api.MapGet("", ListMessages.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("{id}", GetMessage.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapPost("{id}/resend", ResendMessage.Handle).RequireAuthorization(Permissions.Manager);
        MessagePages.Map(app);
        ChannelPages.Map(app);
        TemplatesDoor.Map(app);
        ConsentDoor.Map(app);
        FeedbackDoor.Map(app);
        CausePages.Map(app);
        SchedulesDoor.Map(app);
    }

    public static void Commands(RootCommand root, CliHost host)
    {
        root.Add(MessageCommands.Make(host));
        FeedbackDoor.Commands(root, host);
    }
}
