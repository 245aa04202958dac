using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Messages.Consent.Suppression;

namespace CustomerSuccess.Messages.Feedback.SendGrid;

/// <summary>What a batch of SendGrid's events says (docs.sendgrid.com, "Event Webhook Reference"). Any field may be missing or of another type. Pure.</summary>
public static class ReadSendGrid
{
    /// <summary>Null where the body is no list of events. Kinds that say nothing (processed) are left out.</summary>
    public static IReadOnlyList<Told>? Run(ReadOnlyMemory<byte> body, DateTime now)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            if (json.RootElement.ValueKind != JsonValueKind.Array) return null;
            return [.. json.RootElement.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object).Select(one => One(one, now)).OfType<Told>()];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Told? One(JsonElement one, DateTime now)
    {
        var (name, status, reason) = (Text(one, "event", 40), Text(one, "status", 20), Text(one, "reason", 500));
        var words = reason.Length > 0 ? reason : Text(one, "response", 500);
        var kind = name switch
        {
            "delivered" => Told.Delivered,
            "bounce" => Told.Bounced,
            "dropped" => Told.Dropped,
            "deferred" => Told.Delayed,
            "spamreport" => Told.Complained,
            "unsubscribe" or "group_unsubscribe" => Told.Unsubscribed,
            "open" => Told.Opened,
            "click" => Told.Clicked,
            _ => null,
        };
        if (kind is null) return null;
        var hard = kind == Told.Bounced && Text(one, "type", 20) != "blocked" && BounceClass.IsHard(status, permanent: true, words);
        return new Told(Id(one), kind, At(one, now))
        {
            Customer = Text(one, "customer_id", 128),
            Message = Text(one, "message_id", 64),
            ProviderId = Text(one, "sg_message_id", 200).Split('.')[0],
            Email = Text(one, "email", 254),
            Reason = status.Length > 0 && !words.Contains(status, StringComparison.Ordinal) ? $"{status} {words}".Trim() : words,
            Hard = hard,
            Suppresses = hard ? SuppressionList.HardBounce : kind == Told.Complained ? SuppressionList.Complaint : kind == Told.Dropped ? Dropped(reason) : null,
            Url = Text(one, "url", 1000),
            Agent = Text(one, "useragent", 500),
            Address = Text(one, "ip", 45),
            Method = Text(one, "method", 10),
        };
    }

    // SendGrid keeps a list of its own: what is on it is never delivered, so it belongs on ours.
    private static string? Dropped(string reason) => reason switch
    {
        "Bounced Address" or "Invalid" => SuppressionList.HardBounce,
        "Spam Reporting Address" => SuppressionList.Complaint,
        _ => null,
    };

    private static string Id(JsonElement one)
    {
        var id = Text(one, "sg_event_id", 200);
        return id.Length is > 0 and <= 100 ? id : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(one.GetRawText())))[..40];
    }

    // The time is the provider's, and never in our future: what is far off is as if it were now.
    private static DateTime At(JsonElement one, DateTime now) =>
        one.TryGetProperty("timestamp", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < 10_000_000_000
        && DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime is var at && at > now.AddDays(-60) && at <= now ? at : now;

    private static string Text(JsonElement one, string name, int most)
    {
        if (!one.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return "";
        try
        {
            return Told.Clean(value.GetString(), most);
        }
        catch (InvalidOperationException)
        {
            // Half a Unicode character.
            return "";
        }
    }
}
