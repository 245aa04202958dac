using CustomerSuccess.Messages.Channels;

namespace CustomerSuccess.Messages.Pages;

/// <summary>Channels as people call them.</summary>
public static class ChannelName
{
    public static string Of(string name) => name switch
    {
        Channel.Kit => "Kit",
        Channel.SendGrid => "SendGrid",
        Channel.Smtp => "SMTP",
        Channel.Log => "Mailbox",
        _ => name,
    };
}
