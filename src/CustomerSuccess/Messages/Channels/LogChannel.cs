using System.Text.Json;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Channels;

/// <summary>Sends nothing: keeps what would have been sent, for the mailbox page. Holds where no other channel is set up.</summary>
public sealed record LogChannel(NpgsqlDataSource Db) : Channel(Log, "Mailbox")
{
    /// <summary>Mails a minute, as if it were a provider: nobody waits for them, and making them all at once would take the processor from those who send events.</summary>
    public const int Rate = 1200;

    public override bool Idempotent => true;

    public override Task<string?> Test(CancellationToken ct) => Task.FromResult<string?>(null);

    public override async Task<Answer> Send(Composed mail, Message message, CancellationToken ct)
    {
        await using var connection = await Db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into mailbox (customer_id, message_id, attempt, at, to_email, to_name, subject, text, html, headers)
            select @CustomerId, @MessageId, @Attempt, clock_timestamp(), @ToEmail, @ToName, @Subject, @Text, @Html, @headers::jsonb
            where @Uncertain::text is null or not exists (select from mailbox where customer_id = @CustomerId and message_id = @MessageId)
            on conflict do nothing
            """,
            new
            {
                message.CustomerId,
                message.MessageId,
                message.Attempt,
                message.ToEmail,
                message.ToName,
                message.Uncertain,
                mail.Subject,
                mail.Text,
                mail.Html,
                headers = JsonSerializer.Serialize(mail.Headers.Select(each => new { name = each.Key, value = each.Value })),
            }, cancellationToken: ct));
        return new Answer.Sent("");
    }
}
