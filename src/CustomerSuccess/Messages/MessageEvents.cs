namespace CustomerSuccess.Messages;

/// <summary>What happens to a customer's mail and is an event of the customer. Opens are none.</summary>
public static class MessageEvents
{
    public const string Bounced = "email_bounced", Complained = "email_complained", Clicked = "email_clicked", Unsubscribed = "email_unsubscribed", Resubscribed = "email_resubscribed",
        Suppressed = "email_suppressed", Unsuppressed = "email_unsuppressed";
}
