using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;

namespace CustomerSuccess.Messages.Channels;

/// <summary>What a provider made of one message.</summary>
public abstract record Answer
{
    /// <summary>It took it. ProviderId is its name for it there, or "".</summary>
    public sealed record Sent(string ProviderId) : Answer;

    /// <summary>It will not, for certain: another channel may. OfUs: it knows us no longer (a key, a password), which says nothing about the message.</summary>
    public sealed record Refused(string Reason, bool OfUs = false) : Answer
    {
        /// <summary>The address does not exist: a bounce that comes at once.</summary>
        public bool NoSuchAddress { get; init; }
    }

    /// <summary>It is asked too often (429). After: what it said to wait, if it did.</summary>
    public sealed record Later(TimeSpan? After, string Reason) : Answer;

    /// <summary>Nothing was handed over: no connection, or an answer that says it did nothing. The same channel again.</summary>
    public sealed record NotReached(string Reason, TimeSpan? After = null) : Answer;

    /// <summary>Nobody can know: the line was cut after everything had been handed over.</summary>
    public sealed record Unknown(string Reason) : Answer;
}

/// <summary>
/// One way out. Two tries of the same message have one effect where it is idempotent; where it is not, a try that nobody
/// heard the end of is never repeated.
/// </summary>
public abstract record Channel(string Name, string Title)
{
    public const string Kit = "kit", SendGrid = "sendgrid", Smtp = "smtp", Log = "log", Waits = "waits";

    /// <summary>Kit → SendGrid → SMTP, and the mailbox where none of them is set up.</summary>
    public static readonly IReadOnlyList<string> Order = [Kit, SendGrid, Smtp, Log];

    /// <summary>A second try has no second effect.</summary>
    public virtual bool Idempotent => false;

    /// <summary>Requests in any minute; null: as many as there are.</summary>
    public int? PerMinute { get; init; }

    /// <summary>Whether this message is one for this channel at all.</summary>
    public virtual bool Takes(Message message) => true;

    /// <summary>Requests to the provider for one message.</summary>
    public virtual int Cost => 1;

    /// <summary>It sends the mail that was composed here, and not one of its own.</summary>
    public virtual bool Composes => true;

    /// <summary>Whether it lets us in: null, or what is wrong. Sends nothing.</summary>
    public abstract Task<string?> Test(CancellationToken ct);

    public abstract Task<Answer> Send(Composed mail, Message message, CancellationToken ct);
}
