namespace CustomerSuccess.Messages.Outbox;

/// <summary>The address that a message has from now on, in an update of messages: one that was the account's follows it when it is corrected.</summary>
public static class AccountAddress
{
    // Looked up where it differs at all; that it was the account's is in the log.
    public const string Now = """
        coalesce((
          select c.email from customers c
          where c.customer_id = @customer and messages.audience = 'customer' and c.email <> '' and lower(c.email) <> lower(messages.to_email)
            and exists (select from events e where e.subject = @customer and e.replayed and e.type in ('customer_created', 'customer_updated')
              and lower(e.properties ->> 'email') = lower(messages.to_email))), to_email)
        """;
}
