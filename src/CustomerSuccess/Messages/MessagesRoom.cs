using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Channels.Setup;
using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;

namespace CustomerSuccess.Messages;

/// <summary>What customers and the team hear from us: once, for a reason, and written down whatever came of it.</summary>
public static class MessagesRoom
{
    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(MessageSettings.Read(settings));
        services.AddSingleton(ChannelSettings.Read(settings)).AddSingleton<KnownChannels>().AddSingleton<Buckets>();
        services.AddSingleton<JudgeMessage>().AddSingleton<ComposeMessage>();
        services.AddSingleton<ClaimMessages>().AddSingleton<RecordOutcome>().AddSingleton<DeliverMessage>();
        services.AddHostedService<SendMessages>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
    }
}
