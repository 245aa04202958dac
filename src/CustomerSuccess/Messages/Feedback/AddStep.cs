using System.Text.Json;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>Adds a row to a message's history that changes no state: delivered, bounced, opened, clicked, …</summary>
public static class AddStep
{
    private const string Add = """
        with counted as (
          update messages set steps = steps + 1 where customer_id = @customer and message_id = @message returning customer_id, message_id, steps
        )
        insert into message_steps (customer_id, message_id, n, at, state, channel, reason, detail)
        select customer_id, message_id, steps, @at, @state, @channel, @reason, @detail::jsonb from counted
        """;

    public static Task Run(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string customer, string message, DateTime at, string state, string channel, string reason, object detail, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            Add, new { customer, message, at, state, channel, reason, detail = JsonSerializer.Serialize(detail, JsonSerializerOptions.Web) }, transaction, cancellationToken: ct));
}
