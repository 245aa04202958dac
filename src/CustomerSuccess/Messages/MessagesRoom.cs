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
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages;

/// <summary>What customers and the team hear from us: once, for a reason, and written down whatever came of it.</summary>
public static class MessagesRoom
{
    public static IReadOnlyList<Fold> Folds => CauseFolds.All;

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(MessageSettings.Read(settings)).AddSingleton<MessageMetrics>();
        services.AddSingleton(ChannelSettings.Read(settings)).AddSingleton<KnownChannels>().AddSingleton<Buckets>();
        TemplatesDoor.Add(services);
        ConsentDoor.Add(services);
        FeedbackDoor.Add(services, settings);
        services.AddSingleton<ClaimMessages>().AddSingleton<RecordOutcome>().AddSingleton<DeliverMessage>().AddSingleton<ResendMessage>().AddSingleton<CancelMessage>().AddSingleton<ChangeChannels>();
        services.AddHostedService<SendMessages>();
        services.AddSingleton<ChangeCauses>();
        SchedulesDoor.Add(services);
    }

    /// <summary>Before anything is sent.</summary>
    public static async Task Prepare(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<ChannelSettings>().PublicUrl is not { Length: > 0 } here) return;
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(ct);
        await BrandSettings.Reach(connection, here, services.GetRequiredService<TimeProvider>().Now(), ct);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/outbox").WithTags("Messages");
        api.MapGet("", ListMessages.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapGet("{id}", GetMessage.Handle).RequireAuthorization(Permissions.Viewer);
        api.MapPost("{id}/resend", ResendMessage.Handle).RequireAuthorization(Permissions.Manager);
        api.MapPost("{id}/cancellation", CancelMessage.Handle).RequireAuthorization(Permissions.Manager);
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
