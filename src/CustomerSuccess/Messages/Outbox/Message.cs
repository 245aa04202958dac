using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>A message to be sent. The dedupe key names the effect for this customer: a second one with the same key is not written.</summary>
public sealed record NewMessage(string CustomerId, string DedupeKey, string Kind, string Topic, string ToEmail)
{
    /// <summary>The customer_id of messages to the team that are about nobody in particular.</summary>
    public const string OfNobody = "";

    public const string ToCustomer = "customer", ToTeam = "team";

    public string Audience { get; init; } = ToCustomer;

    public string ToName { get; init; } = "";

    /// <summary>The tag that starts the company's own sequence in Kit, milestone_…; null: a mail.</summary>
    public string? Milestone { get; init; }

    /// <summary>A JSON object: what the template needs that is of the moment.</summary>
    public string Facts { get; init; } = "{}";

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Null: at once.</summary>
    public DateTime? NotBefore { get; init; }

    /// <summary>When a provider's 429 becomes a refusal; null: so long after its first one (CS_MESSAGES_PATIENCE).</summary>
    public DateTime? Deadline { get; init; }

    public static string Json(object facts) => JsonSerializer.Serialize(facts, JsonSerializerOptions.Web);
}

/// <summary>A row of the outbox as the worker that leased it sees it.</summary>
public sealed record Message
{
    public required string CustomerId { get; init; }

    public required string MessageId { get; init; }

    public required string DedupeKey { get; init; }

    /// <summary>Which template; see <see cref="Kinds"/>.</summary>
    public required string Kind { get; init; }

    public required string Topic { get; init; }

    public required string Audience { get; init; }

    public required string ToEmail { get; init; }

    public string ToName { get; init; } = "";

    public string? Milestone { get; init; }

    public string Facts { get; init; } = "{}";

    public int Priority { get; init; }

    public string State { get; init; } = States.Queued;

    /// <summary>When one provider's 429 becomes a refusal.</summary>
    public DateTime? Deadline { get; init; }

    /// <summary>The fencing token: what is written about this message must name it.</summary>
    public int Attempt { get; init; }

    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>The channel that may have sent it already; null: none.</summary>
    public string? Uncertain { get; init; }

    /// <summary>Who asked for it to be sent again, or "".</summary>
    public string ResentBy { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    /// <summary>When a channel was first asked.</summary>
    public DateTime? FirstTriedAt { get; init; }

    public JsonObject FactsObject() => JsonNode.Parse(Facts)!.AsObject();
}

/// <summary>Where a message stands. Delivered, bounced or clicked are steps of its history and change none of these.</summary>
public static class States
{
    public const string Queued = "queued", Sending = "sending", Sent = "sent";

    /// <summary>Nobody can know whether it went out. Never sent again by itself.</summary>
    public const string Unknown = "unknown";

    /// <summary>No channel would or could send it.</summary>
    public const string Failed = "failed";

    /// <summary>The recipient does not want it, or the address does not work.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>It was not worth sending any more: a more important one went, or its cause is gone.</summary>
    public const string Dropped = "dropped";

    public static readonly IReadOnlyList<string> All = [Queued, Sending, Sent, Unknown, Failed, Suppressed, Dropped];

    /// <summary>A row of the history that is not a state: put off until later.</summary>
    public const string Deferred = "deferred";
}
