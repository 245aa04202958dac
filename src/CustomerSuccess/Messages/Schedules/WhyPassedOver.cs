using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>Why a customer got nothing from a schedule the last time it came by.</summary>
public static class WhyPassedOver
{
    /// <summary>Of each schedule that had nothing for the customer: when, and why.</summary>
    public sealed record Answer(string Schedule, DateOnly LocalDate, string Reason);

    /// <summary>Why a customer got no message from the schedules, the last time of each.</summary>
    public static async Task<Results<Ok<IReadOnlyList<Answer>>, NotFound>> Handle(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from customers where customer_id = @id)", new { id }, cancellationToken: ct))) return TypedResults.NotFound();
        return TypedResults.Ok<IReadOnlyList<Answer>>([.. await connection.QueryAsync<Answer>(new CommandDefinition(
            "select schedule, local_date, reason from passed_over where customer_id = @id order by schedule", new { id }, cancellationToken: ct))]);
    }
}
