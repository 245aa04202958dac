using System.Text;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>One thing a provider told about one mail. Which mail: its ids where the provider has them, else the provider's own name for it.</summary>
public sealed record Told(string EventId, string Kind, DateTime At)
{
    public const string Delivered = "delivered", Bounced = "bounced", Dropped = "dropped", Delayed = "delayed", Complained = "complained", Unsubscribed = "unsubscribed",
        Opened = "opened", Clicked = "clicked";

    public string Customer { get; init; } = "";

    public string Message { get; init; } = "";

    public string ProviderId { get; init; } = "";

    /// <summary>Whom it is about there; "" where the provider does not say.</summary>
    public string Email { get; init; } = "";

    /// <summary>In the provider's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The address itself does not work, so nothing will ever arrive there.</summary>
    public bool Hard { get; init; }

    /// <summary>For which reason the address gets nothing from now on; null: it goes on.</summary>
    public string? Suppresses { get; init; }

    public string Url { get; init; } = "";

    public string Agent { get; init; } = "";

    /// <summary>Whence the click came.</summary>
    public string Address { get; init; } = "";

    public string Method { get; init; } = "";

    /// <summary>Words of a stranger as they can be kept: one line, at most so long, whole characters.</summary>
    public static string Clean(string? text, int most)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var clean = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > most) break;
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return clean.ToString().Trim();
    }
}
