using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>A customer's fields.</summary>
public static class GetCustomer
{
    /// <summary>The customer's fields as they are now. Onboarding, engagement and health have addresses of their own.</summary>
    public static async Task<Results<Ok<Customer>, NotFound>> Handle(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await Customer.Read(connection, null, id, ct) is { } customer ? TypedResults.Ok(customer) : TypedResults.NotFound();
    }
}
