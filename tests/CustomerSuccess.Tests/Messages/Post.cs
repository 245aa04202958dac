using CustomerSuccess.Messages.Outbox;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Puts messages into a house's outbox and waits for what becomes of them.</summary>
public static class Post
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Its id; null where it was written before.</summary>
    public static async Task<string?> Queue(this House house, NewMessage message)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
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

    /// <summary>Wait until it is in this state.</summary>
    public static async Task Becomes(this House house, string id, string state)
    {
        var began = TimeProvider.System.GetTimestamp();
        var now = await house.State(id);
        while (now.State != state && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(50);
            now = await house.State(id);
        }

        now.State.ShouldBe(state, now.Reason);
    }

    /// <summary>What its history says, in order.</summary>
    public static async Task<IReadOnlyList<string>> Steps(this House house, string id)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return (await connection.QueryAsync<string>("select state from message_steps where message_id = @id order by n", new { id })).AsList();
    }
}
