using CustomerSuccess.Messages.Causes;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Messages.Consent;

/// <summary>What a reader of our mail does: follows its links, has a mail program press the button, marks it as spam.</summary>
public static class Reading
{
    /// <summary>Only what the test itself queues is sent: nothing that happens to a customer causes a message that would compete with it.</summary>
    public static async Task CauseNothing(this House house)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await (CauseSettings.Usual with { Off = [.. KnownCauses.All.Select(cause => cause.Name)] }).Save(connection, transaction, "system:test", house.Clock.GetUtcNow().UtcDateTime, CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>A customer with an address of its own that was sent a mail, and no other; the mail's id.</summary>
    public static async Task<string> Mailed(this House house, string customer, string topic = "weekly_summary", string kind = "weekly_summary")
    {
        await house.CauseNothing();
        await house.Write(Story.Created(customer));
        var id = await house.Queue(Post.To(customer, $"hello@{customer}.example", kind, $"{topic}:{customer}:{Guid.CreateVersion7():N}") with { Topic = topic });
        await house.Becomes(id!, States.Sent);
        return id!;
    }

    /// <summary>A header of the mail as it went out; null: it has none.</summary>
    public static async Task<string?> Header(this House house, string message, string name)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<string?>(
            "select h ->> 'value' from mailbox, jsonb_array_elements(headers) h where message_id = @message and h ->> 'name' = @name", new { message, name });
    }

    /// <summary>The path of the one-click link, as a mail program reads it from the mail.</summary>
    public static async Task<string> Link(this House house, string message) => new Uri((await house.Header(message, "List-Unsubscribe"))!.Trim('<', '>')).AbsolutePath;

    public static string Token(this House house, string customer, string email, string topic = "weekly_summary", string message = "") =>
        house.Services.GetRequiredService<PreferenceTokens>().Make(customer, email, topic, message);

    public static T Service<T>(this House house) where T : notnull => house.Services.GetRequiredService<T>();

    public static async Task<Dictionary<string, bool>> Chosen(this House house, string customer, string email)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return await ReadPreferences.Chosen(connection, null, customer, email, CancellationToken.None);
    }

    /// <summary>Types of a customer's events that are about its mail, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> MailEvents(this House house, string customer)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return (await connection.QueryAsync<string>("select type from events where customer_id = @customer and type like 'email_%' and type <> 'email_sent' order by received_at, id", new { customer })).AsList();
    }

    public static async Task<T> One<T>(this House house, string sql, object? args = null)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, args))!;
    }
}

internal static class Answers
{
    /// <summary>Done: with an answer, or with the way to the next page.</summary>
    public static void EnsureSuccessStatusCodeOrRedirect(this HttpResponseMessage answer) => ((int)answer.StatusCode).ShouldBeLessThan(400);
}
