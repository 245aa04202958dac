using CustomerSuccess.Messages.Outbox;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Puts messages into a house's outbox and waits for what becomes of them.</summary>
public static class Post
{
    /// <summary>Its id; null where it was written before.</summary>
    public static async Task<string?> Queue(this House house, NewMessage message)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        // A letter is about a customer that exists.
        if (message.CustomerId.Length > 0)
            await connection.ExecuteAsync("insert into customers (customer_id, email, organization, signup_date) values (@CustomerId, @ToEmail, @CustomerId, '2025-05-01') on conflict do nothing", message);
        return await QueueMessage.Add(connection, null, message, CancellationToken.None);
    }

    /// <summary>A message to a customer's address.</summary>
    public static NewMessage To(string customer, string email, string kind = Kinds.Welcome, string? dedupe = null) =>
        new(customer, dedupe ?? $"{kind}:{customer}", kind, "onboarding", email);

    public static async Task<(string State, string Channel, string Reason)> State(this House house, string id)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return await connection.QuerySingleAsync<(string, string, string)>("select state, channel, reason from messages where message_id = @id", new { id });
    }

    /// <summary>Wait until it is in this state, and its history ends with this step where one is named.</summary>
    public static async Task Becomes(this House house, string id, string state, string? step = null)
    {
        (string State, string Channel, string Reason) now = default;
        await Wait.Until(async () => (now = await house.State(id)).State == state && (step is null || (await house.Steps(id)).LastOrDefault() == step), $"message {state}");
    }

    /// <summary>Wait until nothing more will happen to it.</summary>
    public static async Task Settles(this House house, string id)
    {
        (string State, string Channel, string Reason) now = default;
        await Wait.Until(async () => (now = await house.State(id)).State is not (States.Queued or States.Sending), "the end of a message");
    }

    /// <summary>What its history says, in order.</summary>
    public static async Task<IReadOnlyList<string>> Steps(this House house, string id)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return (await connection.QueryAsync<string>("select state from message_steps where message_id = @id order by n", new { id })).AsList();
    }
}
