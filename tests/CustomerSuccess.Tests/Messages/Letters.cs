using CustomerSuccess.Messages.Outbox;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>A delivery log with a message in every state, and a mailbox.</summary>
public static class Letters
{
    private static readonly (string State, string Channel, string Reason)[] Ends =
    [
        (States.Sent, "sendgrid", ""), (States.Sent, "kit", ""), (States.Sent, "smtp", "SendGrid refused it"), (States.Sent, "log", ""),
        (States.Unknown, "smtp", "the line was lost after the final dot: no answer in time"), (States.Failed, "smtp", "SMTP answered 550 5.1.1 nobody of that name"),
        (States.Suppressed, "", "the address bounced on May 2"), (States.Dropped, "", "first_pr was more important"), (States.Queued, "", "quiet hours until 08:00 in Europe/Berlin"),
    ];

    /// <summary>Messages m0001, m0002, … of these customers, and a mail in the mailbox under m0004.</summary>
    public static async Task Fill(House house, params string[] customers)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        var now = house.Clock.GetUtcNow().UtcDateTime;
        for (var n = 0; n < 36; n++)
        {
            var (state, channel, reason) = Ends[n % Ends.Length];
            var (customer, id, at) = (customers[n % customers.Length], $"m{n + 1:0000}", now.AddHours(-n * 5));
            await connection.ExecuteAsync(
                """
                insert into messages (customer_id, message_id, dedupe_key, kind, topic, to_email, to_name, milestone, state, channel, reason, created_at, not_before, sent_at, attempt, steps)
                values (@customer, @id, @id, @kind, 'onboarding', @email, 'Kim Lee', @milestone, @state, @channel, @reason, @at, @later, @sent, 1, 2);
                insert into message_steps (customer_id, message_id, n, at, state, channel, reason) values (@customer, @id, 1, @at, 'sending', @channel, ''), (@customer, @id, 2, @at, @state, @channel, @reason)
                """,
                new
                {
                    customer, id, kind = Kinds.All[n % Kinds.All.Count], email = $"hello@{customer}.example", milestone = channel == "kit" ? "milestone_first_pr_generated" : null,
                    state, channel, reason, at, later = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1), sent = state == States.Sent ? at : (DateTime?)null,
                });
        }

        await connection.ExecuteAsync(
            """
            insert into mailbox (customer_id, message_id, attempt, at, to_email, to_name, subject, text, html, headers)
            values (@customer, 'm0004', 1, @now, 'hello@acme.example', 'Kim Lee', 'Your week with Acme', @text, @html, '[{"name": "List-Unsubscribe", "value": "<https://cs.example/unsubscribe/abc>"}]')
            """,
            new { customer = customers[3 % customers.Length], now, text = "Your week\n\n3 pull requests merged\n", html = "<!doctype html><html lang=\"en\"><head><title>Your week</title></head><body style=\"font-family:sans-serif\"><h1>Your week</h1><p>3 pull requests merged</p></body></html>" });
    }
}
