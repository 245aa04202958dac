using CustomerSuccess.Messages.Consent.Limits;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Pages;

namespace CustomerSuccess.Messages.Consent;

/// <summary>Everything that decides about one message, at one instant.</summary>
public sealed record Circumstances(Message Message, Topic Topic, MailLimits Limits, DateTime Now)
{
    /// <summary>How long it has been waiting.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Why its address gets nothing, in words; null: it is on no list.</summary>
    public string? Suppressed { get; init; }

    /// <summary>What the person switched off, and when; null: it is wanted.</summary>
    public string? Unwanted { get; init; }

    /// <summary>Why nobody needs it any more; null: its cause still holds.</summary>
    public string? Over { get; init; }

    /// <summary>Null where the customer is not known.</summary>
    public Account? Customer { get; init; }

    /// <summary>What went to this address in the last seven days, newest first, or is on its way.</summary>
    public IReadOnlyList<Hold> Holds { get; init; } = [];

    /// <summary>Messages to this address that are due as well and go first, the most important first.</summary>
    public IReadOnlyList<Rival> Rivals { get; init; } = [];

    public sealed record Account(string Status, bool IsTest, DateTime? ArchivedAt, string? Zone, string? SendAt);

    public sealed record Hold(string MessageId, string CustomerId, string Kind, DateTime At);

    public sealed record Rival(string MessageId, string CustomerId, string Kind, string Topic, int Priority);
}

/// <summary>May it go now? Pure: the clock, the database and everything else is in the circumstances.</summary>
public static class Decide
{
    public static Judgement Of(Circumstances all)
    {
        if (all.Suppressed is { } suppressed) return new Judgement.Suppress(suppressed);
        if (all.Over is { } over && all.Message.ResentBy.Length == 0) return new Judgement.Drop(over);
        if (all.Message.Audience != NewMessage.ToCustomer) return new Judgement.Send();
        if (all.Customer is { } customer && Gone(customer, all.Topic) is { } gone) return new Judgement.Drop(gone);
        if (all.Topic.Transactional) return new Judgement.Send();
        if (all.Unwanted is { } unwanted) return new Judgement.Suppress(unwanted);
        // Somebody looked at it and wants it to go now.
        if (all.Message.ResentBy.Length > 0) return new Judgement.Send();
        if (all.Topic.Pace == Pace.Prompt) return Room(all, Caps.Prompt(all.Limits), null) ?? new Judgement.Send();

        var hours = OpenHours.Of(all.Limits, all.Customer?.Zone, all.Customer?.SendAt);
        var open = hours.Next(all.Now);
        if (open > all.Now) return new Judgement.Defer(open, hours.Why(all.Now));
        return Room(all, Caps.Planned(all.Limits), hours) ?? new Judgement.Send();
    }

    private static string? Gone(Circumstances.Account customer, Topic topic) =>
        customer.ArchivedAt is not null ? "the customer is archived"
        : customer.IsTest ? "a test customer gets no mail"
        : customer.Status == "churned" && !topic.Transactional ? "the customer has left"
        : null;

    // Null: there is room. Else who took it: a message that went before, or one that waits and is more important.
    private static Judgement? Room(Circumstances all, IReadOnlyList<Cap> caps, OpenHours? hours)
    {
        var taken = all.Holds.Select(hold => hold.At).ToList();
        var (free, full) = Caps.Free(caps, taken, all.Now);
        if (full is not null)
        {
            var last = all.Holds.MaxBy(hold => hold.At)!;
            return PutOff(all, hours, free, full, last.Kind, last.MessageId, "went");
        }

        foreach (var rival in hours is null ? [] : all.Rivals)
        {
            taken.Add(all.Now);
            (free, full) = Caps.Free(caps, taken, all.Now);
            if (full is not null) return PutOff(all, hours, free, full, rival.Kind, rival.MessageId, "goes");
        }

        return null;
    }

    private static Judgement PutOff(Circumstances all, OpenHours? hours, DateTime free, Cap full, string kind, string winner, string verb)
    {
        var until = hours?.Next(free) ?? free;
        var reason = $"at most {full.Words}: {KindName.Of(kind)} ({winner}) {verb} first";
        return all.Age + (until - all.Now) > all.Topic.Waits
            ? new Judgement.Drop($"{reason}, and it would be too late after that", winner)
            : new Judgement.Defer(until, reason) { Winner = winner };
    }
}
