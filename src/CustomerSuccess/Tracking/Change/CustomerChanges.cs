using System.Text.Json.Nodes;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking.Change;

/// <summary>The tracking commands on the database: what they do to a customer is an event, like everything else.</summary>
internal static class CustomerChanges
{
    /// <summary>A customer without key and steps; the ids of its row and of its onboarding row are the next free ones.</summary>
    public static async Task<CustomerRow> Add(NpgsqlDataSource db, EventLog log, CustomerRow customer, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var owner = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select customer_id from customer_emails where email = lower(@email)", new { email = customer.Email }, transaction, cancellationToken: ct));
        if (owner is not null) throw Troubles.EmailTaken(customer.Email, owner);
        var added = customer with { Id = await NextId.Customer(connection, transaction, ct) };
        var properties = Properties(added);
        properties["onboarding_row"] = await NextId.Onboarding(connection, transaction, ct);
        await Record.Write(connection, transaction, log, [Moment.Cli(clock).Event(EventTypes.CustomerCreated, added.Id, properties, $"{EventTypes.CustomerCreated}:{added.Id}")], ct);
        await transaction.CommitAsync(ct);
        return added;
    }

    /// <summary>The fields of a row as customer_created carries them.</summary>
    public static JsonObject Properties(CustomerRow row) => new()
    {
        ["email"] = row.Email,
        ["organization"] = row.Organization,
        ["github_username"] = row.GithubUsername,
        ["signup_date"] = row.SignupDate.Iso(),
        ["cohort"] = row.Cohort,
        ["industry"] = row.Industry,
        ["team_size"] = row.TeamSize,
        ["status"] = row.Status,
    };
}
