using System.Net;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Messages.Feedback.Clicks;

/// <summary>A link of a mail that was followed, by somebody or something.</summary>
public sealed record Click(string EventId, DateTime At, string Url, string Agent, string Address, string Method);

/// <summary>
/// Whether a person followed the link. Mail gateways open every link before their reader sees the mail; what they do is told by who they
/// say they are, whence they come, and how fast they are. Pure.
/// </summary>
public static class JudgeClick
{
    public const string Human = "human", Machine = "machine";

    /// <summary>Nobody has read a mail that fast.</summary>
    public static readonly TimeSpan Seconds = TimeSpan.FromSeconds(5);

    /// <summary>Nobody follows two links within this.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);

    /// <param name="click">To be judged.</param>
    /// <param name="all">All clicks of the mail, this one included.</param>
    /// <param name="deliveredAt">When its mailbox took the mail; null where nobody told.</param>
    public static (string Verdict, string Why) Of(Click click, IReadOnlyList<Click> all, DateTime? deliveredAt)
    {
        if (string.Equals(click.Method, "HEAD", StringComparison.OrdinalIgnoreCase)) return (Machine, "asked for the headers only");
        if (click.Agent.Length == 0) return (Machine, "a program without a name");
        if (Scanners.Named(click.Agent) is { } name) return (Machine, $"calls itself {name}");
        if (Bots.Browses(click.Agent)) return (Machine, "calls itself a program");
        if (IPAddress.TryParse(click.Address, out var address) && Scanners.At(address) is { } whose) return (Machine, $"comes from {whose}");
        if (deliveredAt is { } delivered && click.At - delivered < Seconds) return (Machine, "within seconds of the delivery");
        if (all.Any(other => other.Url != click.Url && (other.At - click.At).Duration() <= AtOnce)) return (Machine, "several links at once");
        return (Human, "");
    }
}
