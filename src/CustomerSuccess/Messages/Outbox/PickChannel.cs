using CustomerSuccess.Messages.Channels;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>Which channel a message goes to next, and why that one. Pure.</summary>
public static class PickChannel
{
    /// <summary>Channel null: none is left, and why.</summary>
    public sealed record Choice(Channel? Channel, string Reason);

    /// <param name="known">Those that are set up, in order.</param>
    /// <param name="message">What refused it before it is in the row.</param>
    public static Choice Of(IReadOnlyList<Channel> known, Message message)
    {
        if (message.Uncertain is { } tried)
        {
            // It may have been sent there: anywhere else it would be sent twice.
            return known.FirstOrDefault(channel => channel.Name == tried) is { } same && !message.Refused.Contains(tried)
                ? new(same, $"asked again: whether {same.Title} took it the last time is not known")
                : new(null, $"{tried} may have sent it, and cannot be asked again");
        }

        var open = known.Where(channel => Open(channel, message)).ToList();
        return open.Count > 0 ? new(open[0], Why(known, message, open[0])) : new(null, message.Refused.Count == 0 ? "no channel is set up" : "every channel refused it");
    }

    /// <summary>Whether another channel is left once this one refuses.</summary>
    public static bool More(IReadOnlyList<Channel> known, Message message, Channel after) =>
        message.Uncertain is null && known.Any(channel => channel.Name != after.Name && channel.Name != Channel.Log && Open(channel, message));

    /// <summary>Whether one that can send mails comes after this one: where it refuses us, and not a message, there is no use in waiting for one that is not set up yet.</summary>
    public static bool After(IReadOnlyList<Channel> known, Channel channel) =>
        known.SkipWhile(each => each.Name != channel.Name).Skip(1).Any(each => each.Name is not (Channel.Log or Channel.Waits));

    // What a provider refused does not end in the mailbox: it would count as sent.
    private static bool Open(Channel channel, Message message) =>
        channel.Takes(message) && !message.Refused.Contains(channel.Name) && (channel.Name != Channel.Log || message.Refused.Count == 0);

    private static string Why(IReadOnlyList<Channel> known, Message message, Channel chosen)
    {
        var before = message.Refused.Select(name => $"{known.FirstOrDefault(channel => channel.Name == name)?.Title ?? name} refused it").ToList();
        if (message.Milestone is not null && chosen.Name != Channel.Kit && !message.Refused.Contains(Channel.Kit) && chosen.Name != Channel.Log) before.Insert(0, "Kit is not set up");
        return string.Join(", ", before);
    }
}
