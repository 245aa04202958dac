namespace CustomerSuccess.Events;

/// <summary>One event as every door hands it in and as the log keeps it. Instants are UTC in microseconds.</summary>
public sealed record Envelope
{
    /// <summary>The sender's message id, at most 128 characters; made here (a version 7 UUID) where the sender gave none.</summary>
    public required string Id { get; init; }

    /// <summary>Where it came from: native, segment, github, csv, cli, ui, system, …</summary>
    public required string Source { get; init; }

    /// <summary>snake_case, at most 100 characters; see <see cref="EventTypes"/> for those the product acts on.</summary>
    public required string Type { get; init; }

    public required DateTime OccurredAt { get; init; }

    /// <summary>What the sender's clock said, where <see cref="OccurredAt"/> was corrected because it was clearly wrong.</summary>
    public DateTime? ClaimedAt { get; init; }

    public DateTime? SentAt { get; init; }

    public required DateTime ReceivedAt { get; init; }

    public string? CustomerId { get; init; }

    /// <summary>The account as another tool calls it. Unlike <see cref="CustomerId"/> it need not be known here; who it is, links say.</summary>
    public string? GroupId { get; init; }

    public string? PersonId { get; init; }

    public string? VisitorId { get; init; }

    public string? SessionId { get; init; }

    /// <summary>A JSON object as text, at most 64 KiB, already checked.</summary>
    public string Properties { get; init; } = "{}";

    /// <summary>Page and campaign of a page view.</summary>
    public Visit Visit { get; init; } = Visit.None;

    /// <summary>Loaded as history: received when it happened, no effects.</summary>
    public bool History { get; init; }

    /// <summary>user:ID, key:ID, cli or system.</summary>
    public string? Actor { get; init; }

    /// <summary>Who it is about, from the payload alone; events are stored and deduplicated under it.</summary>
    public string Subject =>
        CustomerId ?? (GroupId is { } group ? Subjects.Group(group) : PersonId is { } person ? Subjects.Person(person)
            : VisitorId is { } visitor ? Subjects.Visitor(visitor) : "~" + Source);
}

/// <summary>The page view's part of an envelope.</summary>
public sealed record Visit(
    string? Url = null, string? Referrer = null, string? Source = null, string? Medium = null,
    string? Campaign = null, string? Term = null, string? Content = null)
{
    public static Visit None { get; } = new();
}

/// <summary>How subjects that are no customers are written.</summary>
public static class Subjects
{
    public static string Group(string id) => "~g:" + id;

    public static string Person(string id) => "~p:" + id;

    public static string Visitor(string id) => "~v:" + id;
}
