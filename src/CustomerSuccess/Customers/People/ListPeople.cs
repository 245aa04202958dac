using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers.People;

/// <summary>Who works at a customer.</summary>
public static class ListPeople
{
    public sealed record Answer(IReadOnlyList<Person> People);

    /// <summary>The people of a customer by name, at most 200; those removed are left out.</summary>
    public static async Task<Results<Ok<Answer>, NotFound>> Handle(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            $"select exists (select 1 from customers where customer_id = @id); {Person.All}", new { id }, cancellationToken: ct));
        return await read.ReadSingleAsync<bool>() ? TypedResults.Ok(new Answer((await read.ReadAsync<Person>()).AsList())) : TypedResults.NotFound();
    }
}
