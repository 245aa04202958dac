using CustomerSuccess.Events;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>What came of creating or changing a customer: it is done, a field is wrong (400), it is taken (409), or there is no such customer (404).</summary>
public sealed record Outcome(Customer? Done = null, IReadOnlyList<Fault>? Faults = null, Outcome.Clash? Taken = null)
{
    /// <summary>Who has the id or the address already.</summary>
    public sealed record Clash(string Field, string Text, string CustomerId)
    {
        /// <summary>409, with the field and the customer that has it.</summary>
        public ProblemHttpResult Problem() => TypedResults.Problem($"{Field} {Text}", statusCode: StatusCodes.Status409Conflict, title: "Taken already",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["field"] = Field, ["customer_id"] = CustomerId });
    }

    /// <summary>Everything that is wrong, by field, as a form shows it.</summary>
    public IReadOnlyList<Fault> Problems => Taken is { } clash ? [new Fault(clash.Field, clash.Text)] : Faults ?? [];

    public static Outcome Wrong(params IReadOnlyList<Fault> faults) => new(Faults: faults);

    /// <summary>An address belongs to one customer, whatever its case; the database is asked who that is.</summary>
    public static bool EmailTaken(PostgresException error) => error is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "customer_emails_pkey" };

    public static async Task<Outcome> EmailTaken(Deed deed, string email, CancellationToken ct)
    {
        await deed.Transaction.RollbackAsync(ct);
        var other = await deed.Connection.QuerySingleOrDefaultAsync<(string Id, string Organization)>(new CommandDefinition(
            "select e.customer_id, c.organization from customer_emails e join customers c on c.customer_id = e.customer_id where e.email = lower(@email)",
            new { email }, cancellationToken: ct));
        return new Outcome(Taken: new Clash("email", $"belongs to customer {other.Id} ({other.Organization}) already", other.Id));
    }
}
